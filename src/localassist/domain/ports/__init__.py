"""The protocols that adapters implement, one module a subject."""
