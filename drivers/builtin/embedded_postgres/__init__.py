"""Driver ``embedded-postgres``: a PostgreSQL server of the environment's own, run by its supervisor.

Only the server's binaries are used, installed or from a package; the server asks for its password on every
connection, listens on 127.0.0.1 alone, and never runs as root.
"""

from .driver import EmbeddedPostgres
from .models import EmbeddedPostgresInputs, EmbeddedPostgresOutputs

__all__ = ["EmbeddedPostgres", "EmbeddedPostgresInputs", "EmbeddedPostgresOutputs"]
