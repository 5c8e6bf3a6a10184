"""What the product talks about: frozen values, protocols and pure functions over the standard library."""
