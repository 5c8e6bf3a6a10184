"""The settings, made from their definition, and what is found out about this computer."""
