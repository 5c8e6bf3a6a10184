"""When a model elsewhere is worth offering, and for which reason: on evidence, with the reason, never by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.documents import SupportStatus
from localassist.domain.labels import Sensitivity

if TYPE_CHECKING:
    from localassist.domain.chat import Evidence
    from localassist.domain.ports.settings import SettingsStore
    from localassist.usecases.drafting import Draft
    from localassist.usecases.labelling import LabelMatter

DOUBTFUL: Final = -1.0
"""Mean logarithm of the probabilities of an answer's tokens below which it was guessed: each had about one chance in
three by the model's own reckoning. Of ten answers of SmolLM2-135M about the samples seven were below, none of them
right by itself; of the three above two were. Larger models were not looked at."""
_WEAK: Final = "Nothing that was found clearly answers this."
_AGAIN: Final = "You asked for another answer."
_NO_ROOM: Final = "Most of what was found had no room in the model here."
_FORGOT: Final = "The model here no longer sees the beginning of this conversation."
_CUT: Final = "The answer was cut off at its longest."
_PART: Final = "Only part of the document was read."
_UNBORNE: Final = "More of this answer than not is borne out by none of your documents."
_GUESSED: Final = "The model here was unsure of its words."


class OfferElsewhere:
    """Judges answers of this computer. Nothing is offered while the offline switch is on, and never for what stays."""

    def __init__(self, settings: SettingsStore, label: LabelMatter) -> None:
        self._settings = settings
        self._label = label

    @property
    def is_on(self) -> bool:
        """Whether anything may be offered at all."""
        settings = self._settings.load()
        return bool(settings.cloud_model) and settings.escalation != "local" and not settings.offline

    def before(self, draft: Draft) -> str:
        """Why to ask the user before an answer is written, a sentence; "" where it is to be written at once."""
        if self._settings.load().escalation != "ask" or not self.is_on:
            return ""
        weak = draft.evidence.searched and (draft.nearest or draft.is_unanswerable)
        return _WEAK if weak and self._may(draft) else ""

    def after(self, draft: Draft, *, again: bool) -> str:
        """Why to offer a model elsewhere below an answer, a sentence; "" where there is no reason."""
        if not self.is_on:
            return ""
        reason = _AGAIN if again else reason_for(draft.evidence)
        return reason if reason and self._may(draft) else ""

    def _may(self, draft: Draft) -> bool:
        documents = [passage.document_id for passage in draft.passages]
        labelled = self._label.of_answer(draft.question.conversation_id, draft.evidence, documents)
        return labelled.sensitivity is not Sensitivity.NEVER


def reason_for(evidence: Evidence) -> str:
    """What of an answer says that it may be a poor one, a sentence; "" where nothing does."""
    claims = [each.status for each in evidence.sentences if each.status is not SupportStatus.NO_CLAIM]
    unborne = sum(status is SupportStatus.UNSUPPORTED for status in claims)
    parts = any(each.read < each.total for each in evidence.coverage)
    reasons = {
        _WEAK: evidence.searched and (evidence.nearest or not (evidence.found or evidence.citations)),
        _UNBORNE: 2 * unborne > len(claims) and evidence.searched,
        _CUT: evidence.ended == "length",
        _PART: parts,
        _NO_ROOM: evidence.left_out > len(evidence.given),
        _FORGOT: evidence.dropped > 0,
        _GUESSED: evidence.doubt is not None and evidence.doubt < DOUBTFUL,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")
