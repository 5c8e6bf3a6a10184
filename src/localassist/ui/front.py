"""The window before there is anything behind it: every view in its place, soon on screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.ui.chat.conversations import ConversationsView
from localassist.ui.chat.view import ChatView
from localassist.ui.documents.view import CollectionsView
from localassist.ui.evidence.view import EvidenceView
from localassist.ui.icons import Icons
from localassist.ui.main_window import MainWindow, Views
from localassist.ui.models.first_start import FirstStartView
from localassist.ui.models.picker import ModelPicker

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.ui.theme import Theme

TEACHING: Final = (
    "Ask anything. Add a folder on the left to ask about your own files: answers then show the pages they "
    "rest on. Nothing leaves this computer unless you send it."
)
STARTING: Final = "localassist is still starting. Send it again in a moment."


class Front:
    """All that is seen of a window, with the icons of the folder `drawings`.

    It takes what is written at once; an `Assembly` makes it do something.
    """

    def __init__(self, drawings: Path, theme: Theme) -> None:
        self.icons = icons = Icons(drawings, theme)
        self.picker = ModelPicker(icons)
        self.chat = ChatView(icons, self.picker)
        self.conversations = ConversationsView(icons)
        self.collections = CollectionsView(icons)
        self.first_start = FirstStartView(icons)
        self.evidence = EvidenceView(icons)
        self.window = MainWindow(
            icons, Views(self.conversations, self.collections, self.chat, self.first_start, self.evidence)
        )
        self.chat.empty.explain(TEACHING, (), offer_demo=False)
        self.chat.composer.wait_for(STARTING)
        theme.dress()
        self.chat.composer.field.setFocus()
