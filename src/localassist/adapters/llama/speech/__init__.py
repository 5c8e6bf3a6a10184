"""The reading of what a model writes: its reasoning and its tool calls, told from its answer while they stream."""

from localassist.adapters.llama.speech.formats import SpeechFormat, format_of
from localassist.adapters.llama.speech.markers import CONTROL
from localassist.adapters.llama.speech.reading import SpeechReader

__all__ = ["CONTROL", "SpeechFormat", "SpeechReader", "format_of"]
