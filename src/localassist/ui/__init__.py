"""The window: Qt widgets over the use cases, and the presenters that connect the two."""
