"""Asking models elsewhere: what is seen before anything leaves, and which model may be asked."""
