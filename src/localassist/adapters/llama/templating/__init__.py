"""Turns to prompts: the chat template of a model file, run in a sandbox, and what is written with it."""
