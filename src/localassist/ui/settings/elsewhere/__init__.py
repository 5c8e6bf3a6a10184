"""Models elsewhere: who has them, the keys for them, which one is offered and when, and what it may cost."""
