"""What a SQL store needs of a database."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection


class Transactions(Protocol):
    """A database that exists, or is about to. Usable by several threads. Failures are raised as StateError."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one committed state and can write nothing."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that no other writer of the store runs beside; durable when it ends, undone if it raises."""
        ...

    def now_ms(self, connection: Connection) -> int:
        """Milliseconds since 1970 by the database's clock."""
        ...

    def close(self) -> None:
        """Close every connection; the database can be used again."""
        ...
