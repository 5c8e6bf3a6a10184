"""One window a home: a second start raises the first window and ends."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

if TYPE_CHECKING:
    from pathlib import Path

WAIT_MS: Final = 500
RAISE: Final = b"raise\n"


class SingleInstance(QObject):
    """Listens where other windows over the same home knock; `raise_requested` when one does."""

    raise_requested = Signal()

    def __init__(self, home: Path) -> None:
        super().__init__()
        self._name = "localassist-" + hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:24]
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_knocked)

    def raise_other(self) -> bool:
        """Ask a window that is already open to come to the front; False when there is none."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(WAIT_MS):
            return False
        socket.write(RAISE)
        answered = socket.waitForBytesWritten(WAIT_MS)
        socket.disconnectFromServer()
        return answered

    def become_first(self) -> bool:
        """Be the window that others raise; False when there is one already, which comes to the front instead.

        Where the system lets nobody listen the window opens all the same, and can't be raised by others.
        """
        if self.raise_other():
            return False
        if self._server.listen(self._name):
            return True
        if self.raise_other():
            return False  # it was started at the same moment
        # The socket was left behind by a process that died.
        QLocalServer.removeServer(self._name)
        self._server.listen(self._name)
        return True

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _on_knocked(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            self.raise_requested.emit()
