"""The same use cases from a terminal, one module a command group."""
