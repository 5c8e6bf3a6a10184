"""What the model gives every token to come next: as candidates for samplers, and as probabilities to report."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from localassist.adapters.llama.bindings import bindings
from localassist.domain.events import TokenChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from localassist.adapters.llama.vocabulary import Vocabulary


class Candidates:
    """The tokens of a vocabulary with their logits, as the samplers of llama.cpp take them: `native` is a reference.

    Samplers sort, shorten and change it, so it is filled anew for each choice.
    """

    def __init__(self, size: int) -> None:
        import numpy as np

        api = bindings().api
        self._tokens = np.arange(size, dtype=np.int32)
        self._entries = np.zeros(size, np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)]))
        self._array = api.llama_token_data_array()
        self._data: Any = ctypes.cast(self._entries.ctypes.data, api.llama_token_data_p)
        self.native: Any = ctypes.byref(self._array)

    def fill(self, context: Any) -> None:
        """Take all tokens with the logits of the last one read, which there must be."""
        self._entries["id"] = self._tokens
        self._entries["logit"] = _logits(context, len(self._tokens))
        self._describe(len(self._tokens))

    def likeliest(self, count: int) -> list[int]:
        """The `count` tokens with the highest logits, in no order; to be asked after `fill`."""
        import numpy as np

        best: list[int] = np.argpartition(-self._entries["logit"], count)[:count].tolist()
        return best

    def keep(self, tokens: Sequence[int]) -> bool:
        """Leave out all others, and what a model made impossible; is any left? To be asked after `fill`."""
        import numpy as np

        kept = self._entries[np.array(tokens, np.intp)]
        kept = kept[kept["logit"] > -np.inf]
        self._entries[: len(kept)] = kept
        self._describe(len(kept))
        return len(kept) > 0

    @property
    def selected(self) -> int:
        """The token that the last sampler of a chain took."""
        return int(self._array.data[self._array.selected].id)

    def _describe(self, size: int) -> None:
        self._array.data = self._data  # XTC leaves tokens out by moving it
        self._array.size = size
        self._array.selected = -1
        self._array.sorted = False


def token_choice(context: Any, token: int, rivals: int, vocabulary: Vocabulary) -> TokenChoice:
    """How likely the model itself held `token` to come next, and its `rivals` likeliest tokens, before any sampler.

    To be asked between a choice and the next decode. Takes the logarithm of the softmax of all logits.
    """
    import numpy as np

    logits = _logits(context, vocabulary.size)
    highest = logits.max()
    total = highest + np.log(np.exp(logits - highest).sum(dtype=np.float64))
    rivals = min(rivals, vocabulary.size)
    best = np.argpartition(logits, -rivals)[-rivals:] if rivals else np.empty(0, np.intp)
    return TokenChoice(
        _text(vocabulary, token),
        float(logits[token] - total),
        tuple(
            (_text(vocabulary, int(rival)), float(logits[rival] - total)) for rival in best[np.argsort(-logits[best])]
        ),
    )


def _logits(context: Any, size: int) -> NDArray[np.float32]:
    """Read where they lie, which the next decode may change."""
    import numpy as np

    pointer = bindings().api.llama_get_logits_ith(context, -1)
    return np.ctypeslib.as_array(pointer, (size,))


def _text(vocabulary: Vocabulary, token: int) -> str:
    """What a token adds to the text, or its name if it adds nothing; U+FFFD stands for part of a character."""
    return vocabulary.piece(token).decode("utf-8", errors="replace") or vocabulary.text_of(token)
