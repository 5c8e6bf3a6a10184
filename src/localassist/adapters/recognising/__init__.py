"""Finds what names somebody in a text, one library a module."""
