"""The inference session over llama.cpp: chat models that run in this process."""

from localassist.adapters.llama.models import LlamaChatModels

__all__ = ["LlamaChatModels"]
