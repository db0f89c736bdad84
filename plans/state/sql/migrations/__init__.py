"""How the tables came to be: one small revision a step, run by Alembic, which is loaded only then.

The folder ``versions`` is Alembic's; ``upgrade`` runs what a database lacks.
"""

from .upgrade import upgrade

__all__ = ["upgrade"]
