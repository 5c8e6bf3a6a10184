"""Why a file can't be read, said by a reader that does not know the file's name."""


class UnreadableError(Exception):
    """A file can't be read.

    `predicate` completes a sentence that begins with the file's name ("is protected by a password"); `hint`
    is a whole sentence that says what to do. Neither holds the file's content.
    """

    def __init__(self, predicate: str, hint: str = "") -> None:
        super().__init__(predicate)
        self.predicate = predicate
        self.hint = hint


class LockedError(UnreadableError):
    """A file is protected by a password, and none was given or a wrong one."""
