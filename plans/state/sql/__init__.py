"""The state store in SQL: tables, their migrations, reading and writing, leases, over one SQLite file.

Nothing outside this package knows a table. SQLAlchemy is loaded here and nowhere else.
"""

from .store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
