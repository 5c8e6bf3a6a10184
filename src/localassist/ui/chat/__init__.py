"""Asking and reading: transcript, composer and conversations, and what connects them to the use cases."""
