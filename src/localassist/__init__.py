"""localassist: a private desktop assistant over your own models and documents."""

__version__ = "0.1.0"
