"""The state store in SQL: tables, their migrations, reading and writing, leases; in a SQLite file, or in PostgreSQL.

Nothing outside this package knows a table. SQLAlchemy is loaded here and nowhere else.
"""

from .postgres import is_shared
from .shared import SharedStore, open_shared
from .store import SqlStore, open_store
from .tables import TableStore

__all__ = ["SharedStore", "SqlStore", "TableStore", "is_shared", "open_shared", "open_store"]
