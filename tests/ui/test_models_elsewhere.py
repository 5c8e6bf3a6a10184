"""Models elsewhere in the settings: keys that are seen once, what is offered and when, what it may cost."""

from __future__ import annotations

import gc
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from looking import icon_button, said
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabWidget,
    QWidget,
)

from fake_escalations import FakeEscalationStore
from fake_providers import ALPHA, BETA, PRICE, FakePrices, FakeProviders, model
from localassist.domain.errors import CloudError, LocalAssistError, OfflineError, StorageError
from localassist.domain.outbound import Consent, Target
from localassist.domain.ports.escalations import Spending
from localassist.ui.settings.dialog import SettingsDialog
from localassist.ui.settings.elsewhere.choosing import ModelsDialog
from localassist.ui.settings.elsewhere.keys import PastedKey
from localassist.ui.settings.presenter import SettingsPresenter

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from localassist.domain.stopping import Stop
    from localassist.ui.assembly import Assembly
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.ui.settings.elsewhere.providers import ProviderView
    from localassist.ui.settings.elsewhere.view import ElsewhereView
    from localassist.usecases.services import Services

KEY = "sk-canary-4711-abcdefgh"
NOW = datetime.now(UTC)


class Room:
    """The page about models elsewhere over providers and a store in memory, as somebody opened it."""

    def __init__(self, qtbot: QtBot, icons: Icons, services: Services, jobs: Jobs) -> None:
        self._qtbot = qtbot
        self._jobs = jobs
        self.services = services
        escalation = services.escalation()
        assert isinstance(escalation.providers, FakeProviders)
        assert isinstance(escalation.prices, FakePrices)
        assert isinstance(escalation.store, FakeEscalationStore)
        self.providers, self.prices, self.store = escalation.providers, escalation.prices, escalation.store
        self.dialog = SettingsDialog(icons)
        qtbot.addWidget(self.dialog)

    @property
    def page(self) -> ElsewhereView:
        return self.dialog.elsewhere

    def open(self) -> None:
        """Open the page and wait until the keyring was asked."""
        presenter = SettingsPresenter(self.dialog, self.services, self._jobs)
        presenter.refresh()
        self.dialog.show_elsewhere()
        self.wait(lambda: bool(self.cards()) and all(map(is_settled, self.cards())))

    def cards(self) -> list[ProviderView]:
        return [*self.page.providers.all(), *self.page.servers.cards.all()]

    def card(self, name: str) -> ProviderView:
        return next(card for card in self.cards() if card.provider.name == name)

    def press(self, name: str, within: QWidget | None = None) -> None:
        """Press the one button with that spoken name or those words on it, once it is there."""

        def there() -> list[QPushButton]:
            buttons = (within or self.page).findChildren(QPushButton)
            return [b for b in buttons if b.isVisible() and b.isEnabled() and name in {b.accessibleName(), b.text()}]

        self.wait(lambda: len(there()) == 1)
        self._qtbot.keyClick(there()[0], Qt.Key.Key_Space)

    def wait(self, until: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(until)

    def wait_for_words(self, words: str, within: QWidget | None = None) -> None:
        self.wait(lambda: words in said(within or self.page))

    def paste(self, name: str, key: str) -> QLineEdit:
        """Paste a key of a provider and keep it; gives the field."""
        field = self.card(name).entry.field
        field.insert(key)
        self._qtbot.keyClick(field, Qt.Key.Key_Return)
        return field

    def listed(self) -> ModelsDialog:
        """The window with the models of a provider, once it is open."""
        dialogs = self.dialog.findChildren(ModelsDialog)
        self.wait(dialogs[0].isVisible)
        return dialogs[0]


@pytest.fixture
def room(qtbot: QtBot, icons: Icons, services: Services, jobs: Jobs) -> Room:
    return Room(qtbot, icons, services, jobs)


def test_nobody_looks_into_the_keyring_before_the_page_is_opened(room: Room, qtbot: QtBot, jobs: Jobs) -> None:
    happened: list[tuple[str, str]] = []
    room.providers.happened = lambda what: happened.append((what, threading.current_thread().name))
    presenter = SettingsPresenter(room.dialog, room.services, jobs)
    presenter.refresh()
    with qtbot.waitExposed(room.dialog):
        room.dialog.show()
    qtbot.waitUntil(lambda: room.dialog.settings.row("passages").control.value() == 6)  # type: ignore[attr-defined]
    assert happened == []
    room.dialog.show_elsewhere()
    room.wait_for_words("No key", room.page)
    assert {what for what, _ in happened} <= {"all", "key"}
    assert all(thread.startswith("job") for _, thread in happened)


def test_settings_of_models_elsewhere_are_on_their_page_alone(room: Room) -> None:
    room.open()
    for name in ("escalation", "cloud_model", "monthly_budget", "most_per_question", "redact"):
        assert room.dialog.page_of(name) is room.page
        with pytest.raises(KeyError):
            room.dialog.settings.row(name)


def test_the_page_says_that_nothing_is_sent_without_a_word_and_that_the_switch_is_on(room: Room, qtbot: QtBot) -> None:
    room.open()
    assert "Nothing is sent without your word" in said(room.page)
    assert "The offline switch is on" in said(room.page)
    room.press("Go to the switch")
    switch = room.dialog.settings.row("offline").control
    room.wait(switch.isVisible)
    assert room.dialog.focusWidget() is switch
    with qtbot.waitSignal(room.dialog.settings.changed):
        qtbot.keyClick(switch, Qt.Key.Key_Space)
    room.dialog.show_elsewhere()
    room.wait(lambda: "The offline switch is on" not in said(room.page))


def test_a_pasted_key_is_kept_and_seen_by_its_end_alone(room: Room) -> None:
    room.open()
    room.press("Add a key of Alpha")
    assert "https://alpha.example/keys" in said(room.card("Alpha"))
    field = room.paste("Alpha", f"  {KEY}\n")
    room.wait_for_words("Key …efgh, in the keyring", room.card("Alpha"))
    assert room.providers.keys == {"alpha": KEY}
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert field.text() == ""
    field.undo()
    assert field.text() == "", "undoing brings the key back"
    assert not field.isVisible()


def test_after_keeping_a_key_no_widget_and_no_object_on_its_way_holds_it(room: Room, qtbot: QtBot) -> None:
    room.open()
    room.press("Add a key of Alpha")
    with qtbot.waitSignal(room.card("Alpha").key_given) as given:
        room.paste("Alpha", KEY)
    room.wait_for_words("in the keyring", room.card("Alpha"))
    assert KEY not in repr(given.args)
    assert given.args[1].take() == "", "the key is given once"
    for widget in room.dialog.findChildren(QWidget):
        texts = [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip()]
        texts += [widget.text()] if isinstance(widget, QLineEdit | QPushButton) else []
        assert not any(KEY in text for text in texts)
    assert KEY not in said(room.dialog)
    gc.collect()
    assert not [each for each in gc.get_objects() if isinstance(each, PastedKey) and each.take()]


def test_enter_in_a_field_presses_no_button_of_the_page(room: Room, qtbot: QtBot) -> None:
    room.providers.keys["beta"] = KEY
    room.services.settings.change(cloud_model="beta/owl")
    room.store.remember_consent(room.services.conversations.create("Lease", "").id, "beta", Consent(NOW))
    room.open()
    room.wait_for_words("owl of Beta", room.page.offered)
    room.press("Add a key of Alpha")
    room.paste("Alpha", KEY)
    room.wait_for_words("in the keyring", room.card("Alpha"))
    for field in (room.page.servers.name, room.page.servers.address):
        qtbot.keyClicks(field, "x")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    room.wait_for_words("x is no address", room.page.servers)
    assert room.services.settings.load().cloud_model == "beta/owl"
    assert room.store.consents()
    assert room.providers.keys == {"alpha": KEY, "beta": KEY}
    assert room.dialog.isVisible()


def test_a_key_without_a_keyring_says_how_long_it_lasts(room: Room) -> None:
    room.providers.lasting = False
    room.open()
    room.press("Add a key of Beta")
    room.paste("Beta", KEY)
    room.wait_for_words("Key …efgh, kept until localassist closes", room.card("Beta"))


def test_no_key_is_kept_of_an_empty_field_or_when_cancelled(room: Room, qtbot: QtBot) -> None:
    room.open()
    room.press("Add a key of Alpha")
    field = room.paste("Alpha", "   ")
    assert field.isVisible()
    qtbot.keyClicks(field, KEY)
    room.press("Cancel")
    assert not field.isVisible()
    assert field.text() == ""
    assert room.providers.keys == {}


def test_a_keyring_that_refuses_says_so_beside_the_provider(room: Room) -> None:
    room.open()
    room.providers.broken = LocalAssistError("The system's keyring refused.", "Unlock it and try again.")
    room.press("Add a key of Alpha")
    room.paste("Alpha", KEY)
    room.wait_for_words("The system's keyring refused. Unlock it and try again.", room.card("Alpha"))
    assert "refused" not in said(room.card("Beta"))


def test_a_keyring_that_does_not_answer_is_not_asked_for_each_provider(room: Room, jobs: Jobs) -> None:
    asked: list[str] = []
    room.providers.happened = asked.append
    room.providers.broken = LocalAssistError("The system's keyring did not answer within 60 seconds.")
    SettingsPresenter(room.dialog, room.services, jobs).refresh()
    room.dialog.show_elsewhere()
    room.wait_for_words("did not answer within 60 seconds")
    assert asked.count("key") == 1
    for name in ("Alpha", "Beta"):
        room.wait_for_words("Whether there is a key is not known", room.card(name))


def test_a_key_is_removed_with_proof(room: Room) -> None:
    room.providers.keys["alpha"] = KEY
    room.open()
    room.press("Remove the key of Alpha")
    room.wait_for_words("looked for again, and is gone", room.card("Alpha"))
    assert "No key" in said(room.card("Alpha"))


def test_a_key_that_stays_after_all_is_not_called_gone(room: Room) -> None:
    room.providers.keys["alpha"], room.providers.sticks = KEY, True
    room.open()
    room.press("Remove the key of Alpha")
    room.wait_for_words("still found", room.card("Alpha"))
    assert "is gone" not in said(room.card("Alpha"))
    assert "Key …efgh" in said(room.card("Alpha"))


def test_what_a_provider_keeps_is_told_with_its_source_once_it_is_unfolded(room: Room, qtbot: QtBot) -> None:
    room.open()
    assert "Ruritania" not in said(room.page)
    qtbot.mouseClick(icon_button(room.page, "Show what is known of Alpha"), Qt.MouseButton.LeftButton)
    for told in (ALPHA.region, ALPHA.retention, ALPHA.source):
        assert told in said(room.card("Alpha"))
    qtbot.mouseClick(icon_button(room.page, "Show what is known of Beta"), Qt.MouseButton.LeftButton)
    assert "not known" in said(room.card("Beta"))


def test_the_page_where_keys_are_made_is_opened_only_when_asked(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    room.open()
    room.press("Add a key of Alpha")
    assert opened == []
    room.press("Open https://alpha.example/keys in the browser")
    assert opened == [ALPHA.keys_at]


@pytest.mark.parametrize(
    ("listed", "told"),
    [
        ((model("small"), model("large")), "It answers, and lists 2 models."),
        ((model("small"),), "It answers, and lists one model."),
        ((), "It answers, and lists no chat model."),
        (CloudError("Alpha does not know this key.", "Paste it again."), "Alpha does not know this key. Paste it"),
        (OfflineError("The offline switch is on.", "Turn it off."), "The offline switch is on. Turn it off."),
    ],
)
def test_a_test_says_beside_the_provider_how_it_ended(room: Room, listed: Any, told: str) -> None:
    room.providers.keys["alpha"] = KEY
    room.providers.listing["alpha"] = listed
    room.open()
    room.press("Test Alpha")
    room.wait_for_words(told, room.card("Alpha"))
    assert room.card("Alpha").test.text() == "Test"


def test_a_test_can_be_stopped(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped = threading.Event()

    def silent(_provider: str, stop: Stop) -> None:
        with stop.while_waiting(stopped.set):
            assert stopped.wait(20)
        stop.raise_if_requested()

    monkeypatch.setattr(room.providers, "models", silent)
    room.providers.keys["alpha"] = KEY
    room.open()
    room.press("Test Alpha")
    room.press("Stop Alpha")
    room.wait_for_words("Key …efgh", room.card("Alpha"))
    assert "answers" not in said(room.card("Alpha"))


def test_a_provider_without_a_key_is_not_asked_for_anything(room: Room) -> None:
    room.open()
    assert not room.card("Alpha").test.isVisible()
    assert not room.card("Alpha").choose.isVisible()


def test_the_model_that_is_offered_is_found_among_those_that_are_listed(room: Room, qtbot: QtBot) -> None:
    room.providers.keys["alpha"] = KEY
    room.providers.listing["alpha"] = (
        model("lark-small", called="Lark Small", context_length=128_000, price=PRICE),
        model("owl-large", called="Owl Large", vision=True, tools=True),
    )
    room.prices.known["owl-large"] = PRICE
    room.open()
    assert "Until then every question is answered on this computer" in said(room.page.offered)
    room.press("Choose a model of Alpha")
    dialog = room.listed()
    room.wait(lambda: dialog.list.topLevelItemCount() == 2)
    assert cells(dialog, 0) == ["Lark Small", "128,000 tokens", "$1.25", "$10.00"]
    assert cells(dialog, 1) == ["Owl Large", "unknown", "unknown", "unknown"]
    assert not dialog.offer.isEnabled()
    qtbot.keyClicks(dialog.search, "owl")
    assert dialog.list.topLevelItemCount() == 1
    dialog.list.choose("alpha/owl-large")
    assert "It sees pictures and uses tools." in said(dialog)
    room.press("Offer this model", dialog)
    room.wait_for_words("owl-large of Alpha", room.page.offered)
    assert room.services.settings.load().cloud_model == "alpha/owl-large"
    assert "$1.25 sent and $10.00 received, as a list of prices has it." in said(room.page.offered)
    assert "Context: unknown." in said(room.page.offered)
    room.press("Offer none")
    room.wait(lambda: room.services.settings.load().cloud_model == "")


def test_a_list_that_does_not_come_says_why_in_its_window(room: Room) -> None:
    room.providers.keys["alpha"] = KEY
    room.providers.listing["alpha"] = CloudError("Alpha is overloaded.", "Try again later.")
    room.open()
    room.press("Choose a model of Alpha")
    dialog = room.listed()
    room.wait_for_words("Alpha is overloaded. Try again later.", dialog)
    assert "lists no chat models" not in said(dialog)
    assert not dialog.offer.isEnabled()


def test_an_offered_model_whose_provider_is_gone_says_so(room: Room) -> None:
    room.services.settings.change(cloud_model="gone/model")
    room.open()
    room.wait_for_words("There is no provider gone.", room.page.offered)


def test_when_it_is_offered_is_one_of_three_choices(room: Room, qtbot: QtBot) -> None:
    room.open()
    room.wait(lambda: room.page.policy.choice("suggest").isChecked())
    qtbot.mouseClick(room.page.policy.choice("local"), Qt.MouseButton.LeftButton)
    room.wait(lambda: room.services.settings.load().escalation == "local")
    assert not room.page.policy.choice("suggest").isChecked()


def test_a_server_says_what_it_counts_as_and_is_removed_with_what_was_offered_of_it(room: Room, qtbot: QtBot) -> None:
    room.services.settings.change(cloud_model="attic/owl")
    room.open()
    assert not room.page.servers.button.isEnabled()
    qtbot.keyClicks(room.page.servers.name, "Attic")
    qtbot.keyClicks(room.page.servers.address, "http://192.168.1.20:8080/v1")
    room.press("Add server")
    room.wait(lambda: room.page.servers.cards.card("attic") is not None)
    room.wait_for_words("No key", room.card("Attic"))
    assert "Your server" in said(room.card("Attic"))
    assert "http://192.168.1.20:8080/v1" in said(room.card("Attic"))
    assert room.page.servers.name.text() == ""
    room.press("Remove Attic")
    room.wait(lambda: room.page.servers.cards.card("attic") is None)
    room.wait(lambda: room.services.settings.load().cloud_model == "")


def test_an_address_that_is_none_says_so_beside_the_form_which_keeps_what_was_written(room: Room, qtbot: QtBot) -> None:
    room.open()
    qtbot.keyClicks(room.page.servers.name, "Attic")
    qtbot.keyClicks(room.page.servers.address, "nowhere")
    room.press("Add server")
    room.wait_for_words("nowhere is no address.", room.page.servers)
    assert room.page.servers.address.text() == "nowhere"
    assert room.page.servers.button.isEnabled()


def test_a_conversation_for_a_server_hears_that_it_was_removed(
    opened: Assembly, services: Services, qtbot: QtBot
) -> None:
    services.escalation().providers.add_server("Attic", "http://127.0.0.1:8080/v1")
    destination = opened.chat.composer.destination
    opened.choosing.conversation_chosen.emit(Target("attic", "owl"))
    qtbot.waitUntil(lambda: "owl" in destination.text())
    opened.choosing.settings_requested.emit()
    dialog = opened.window.findChild(SettingsDialog)
    assert dialog is not None
    assert dialog.elsewhere.isVisible()
    cards = dialog.elsewhere.servers.cards
    qtbot.waitUntil(lambda: (card := cards.card("attic")) is not None and is_settled(card))
    card = cards.card("attic")
    assert card is not None
    card.remove.click()
    qtbot.waitUntil(lambda: "no longer known" in destination.toolTip())


def spent(cost: float | None, days: int = 0, tokens: int = 100) -> Spending:
    return Spending(NOW - timedelta(days=days), Target("alpha", "owl"), tokens, tokens, cost)


def test_what_was_spent_this_month_stands_beside_the_budget(room: Room) -> None:
    room.store.spent += [spent(1.5), spent(1.0), spent(None), spent(7.0, days=32), spent(0.0, tokens=0)]
    room.services.settings.change(monthly_budget=5.0)
    room.open()
    room.wait_for_words("$2.50 of $5.00 spent this month, for 3 questions.")
    assert "What one of them cost is not known" in said(room.page)
    assert room.page.spending.bar.value() == 500
    room.page.show_value("monthly_budget", 2.0)
    assert "Nothing more is sent before the next month" in said(room.page)
    room.page.show_value("monthly_budget", 0.0)
    assert not room.page.spending.bar.isVisible()
    assert "$2.50 spent this month" in said(room.page)


def test_a_bound_of_nothing_is_no_bound(room: Room) -> None:
    room.open()
    for name in ("monthly_budget", "most_per_question"):
        assert room.page.row(name).control.text() == "no bound"  # type: ignore[attr-defined]
        room.page.show_value(name, 2.5)
        assert room.page.row(name).control.text() == "$2.50"  # type: ignore[attr-defined]


def test_private_words_are_kept_one_a_line_when_the_field_is_left(room: Room, qtbot: QtBot) -> None:
    room.store.set_private_words(("Falcon",))
    room.open()
    field = room.page.words.field
    room.wait(lambda: field.toPlainText() == "Falcon")
    field.setPlainText("Falcon\n\n  Project Heron \nFalcon")
    field.finished.emit()
    room.wait(lambda: room.store.private_words() == ("Falcon", "Project Heron"))
    room.wait(lambda: field.toPlainText() == "Falcon\nProject Heron")


def test_private_words_that_cannot_be_kept_say_so_and_stay(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_words: tuple[str, ...]) -> None:
        raise StorageError("The disk is full.", "Free some space.")

    room.open()
    monkeypatch.setattr(room.store, "set_private_words", refuse)
    room.page.words.field.setPlainText("Falcon")
    room.page.words.field.finished.emit()
    room.wait_for_words("The disk is full. Free some space.", room.page.words)
    assert room.page.words.field.toPlainText() == "Falcon"
    monkeypatch.undo()
    room.page.words.field.finished.emit()
    room.wait(lambda: room.store.private_words() == ("Falcon",))


def test_a_remembered_consent_is_withdrawn_for_its_conversation(room: Room) -> None:
    lease, trip = room.services.conversations.create("Lease", ""), room.services.conversations.create("Trip", "")
    for conversation, provider in ((lease, "alpha"), (lease, "beta"), (trip, "alpha")):
        room.store.remember_consent(conversation.id, provider, Consent(NOW))
    room.open()
    room.wait_for_words("Lease", room.page.consents)
    assert f"To {ALPHA.name}, {BETA.name}, since" in said(room.page.consents)
    room.press("Withdraw the consent for Lease")
    room.wait(lambda: [each.conversation_id for each in room.store.consents()] == [trip.id])
    room.wait(lambda: "Lease" not in said(room.page.consents))
    room.press("Withdraw the consent for Trip")
    room.wait_for_words("None: you are asked each time.", room.page.consents)


def test_the_page_shows_what_changed_when_it_is_opened_again(room: Room) -> None:
    room.open()
    pages = room.dialog.findChild(QTabWidget)
    assert pages is not None
    pages.setCurrentIndex(0)
    room.providers.keys["beta"] = KEY
    room.store.spent.append(spent(0.5))
    pages.setCurrentIndex(1)
    room.wait_for_words("Key …efgh", room.card("Beta"))
    room.wait_for_words("$0.5000 spent this month, for one question.")


def is_settled(card: ProviderView) -> bool:
    return card.isVisible() and "in the keyring…" not in said(card)


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(room: Room) -> None:
    room.providers.keys["alpha"] = KEY
    room.providers.add_server("Attic", "http://127.0.0.1:8080")
    room.services.settings.change(cloud_model="alpha/owl")
    room.store.remember_consent(room.services.conversations.create("Lease", "").id, "alpha", Consent(NOW))
    room.open()
    room.press("Add a key of Beta")
    room.press("Choose a model of Alpha")
    kinds = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QPlainTextEdit, QLineEdit)
    for part in (room.page, room.listed()):
        for control in part.findChildren(QWidget):
            is_part = isinstance(control.parent(), kinds)  # a header, a field's button
            if isinstance(control, kinds) and not is_part and control.isVisibleTo(part):
                name = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
                assert name, control
                assert control.focusPolicy() & Qt.FocusPolicy.TabFocus, name


def cells(dialog: ModelsDialog, row: int) -> list[str]:
    item = dialog.list.topLevelItem(row)
    assert item is not None
    return [item.text(column) for column in range(4)]
