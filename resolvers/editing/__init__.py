"""Changes to YAML files that people wrote: an entry comes or goes, every other byte stays as it is.

Here live the outline of a file (which lines belong to which entry), how new entries are written in the manner of the
file, and :class:`Sheet`, which does both and reads the result again to be sure. Nothing in here knows what the files
are about, and nothing is written to disk.
"""

from .sheet import Sheet

__all__ = ["Sheet"]
