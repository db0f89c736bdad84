"""Driver ``postgres``: a database and its role in a PostgreSQL server that is there already.

The role carries the create token in its comment, set in the transaction that makes it; the database proves by its
owner whose it is, because ``CREATE DATABASE`` can share no transaction. What does not carry our token is never
changed, taken over or dropped.
"""

from .driver import Postgres
from .models import PostgresConnection, PostgresInputs

__all__ = ["Postgres", "PostgresConnection", "PostgresInputs"]
