"""Models that run elsewhere, one module a dialect."""
