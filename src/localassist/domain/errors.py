"""The errors that people see, as sentences: what happened and why, then what to do."""

from typing_extensions import override


class LocalAssistError(Exception):
    """Something a person can understand and act on.

    `message` says what happened and why, `hint` what to do next; both are whole sentences. Front ends show the
    two and nothing else, so neither may hold document text, a question or a key.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @override
    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ModelError(LocalAssistError):
    """A model file could not be found, read, loaded or run."""


class MemoryShortageError(ModelError):
    """A model or its context does not fit the memory that is free now; with more it might."""


class ContextOverflowError(ModelError):
    """The prompt does not fit the model's context, even with everything optional left out."""


class DocumentError(LocalAssistError):
    """A document could not be read."""


class PasswordNeededError(DocumentError):
    """A document is protected by a password that is not known, or the one given is wrong."""


class StorageError(LocalAssistError):
    """The app's own files could not be read or written: full disk, read-only home, newer database."""


class SettingsError(LocalAssistError):
    """A setting has a value that it can't have."""


class NetworkError(LocalAssistError):
    """A connection failed or was not allowed."""


class OfflineError(NetworkError):
    """A connection was refused because the offline switch is on."""


class AccessError(NetworkError):
    """A model is given only to people its maker knows; a token or an agreement is missing."""


class CloudError(NetworkError):
    """A provider refused or broke off. `retry_after_s` is how long it asks to wait, None where it does not say.

    `may_have_arrived`: the question was on its way, so it may have been answered there, and cost something.
    """

    def __init__(
        self, message: str, hint: str = "", retry_after_s: float | None = None, *, may_have_arrived: bool = False
    ) -> None:
        super().__init__(message, hint)
        self.retry_after_s = retry_after_s
        self.may_have_arrived = may_have_arrived


class NeverLeavesError(LocalAssistError):
    """Something that never leaves this computer was to be sent."""


class ConsentNeededError(LocalAssistError):
    """Something was to be sent that nobody was asked about."""


class BudgetError(LocalAssistError):
    """A question was not sent because it would cost too much, or because nobody knows what it costs."""


class NotFoundError(LocalAssistError):
    """Something named by the user (conversation, collection, document) does not exist."""


class Stopped(Exception):  # noqa: N818  not an error: the user asked for it
    """Work ended early because its `Stop` was requested."""
