"""Choosing what answers: the first start, and the model chip of the composer."""
