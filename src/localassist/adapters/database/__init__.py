"""The app's one SQLite database: conversations, documents, their text, words and vectors."""

from localassist.adapters.database.connection import Database
from localassist.adapters.database.conversations import DatabaseConversationStore
from localassist.adapters.database.documents import DatabaseDocumentStore
from localassist.adapters.database.escalations import DatabaseEscalationStore
from localassist.adapters.database.labels import DatabaseLabelStore
from localassist.adapters.database.large_words import LargeWords
from localassist.adapters.database.ledger import DatabaseLedger
from localassist.adapters.database.servers import DatabaseServers

__all__ = [
    "Database",
    "DatabaseConversationStore",
    "DatabaseDocumentStore",
    "DatabaseEscalationStore",
    "DatabaseLabelStore",
    "DatabaseLedger",
    "DatabaseServers",
    "LargeWords",
]
