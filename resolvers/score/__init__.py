"""The Score specification, score.dev/v1b1: from a file to a workload.

Here live the specification's schema (also for editors), the older forms that are still read, the rules that hold
inside one file, and the reading of what a file refers to. Nothing in here knows a platform: whether a resource can
be met, and which outputs it has, is decided outside.
"""

from .schema import score_schema
from .workload import places_naming, read_workload

__all__ = ["places_naming", "read_workload", "score_schema"]
