"""The Score specification, score.dev/v1b1: from a file to a workload.

Here live the specification's schema (also for editors), the older forms that are still read, what is laid upon a
file for one run, the rules that hold inside it, and the reading of what a file refers to. Nothing in here knows a
platform: whether a resource can be met, and which outputs it has, is decided outside.
"""

from .overrides import RECORD, Override, Written, check_targets, read_overrides
from .schema import score_schema
from .workload import places_naming, read_workload, score_name

__all__ = [
    "RECORD",
    "Override",
    "Written",
    "check_targets",
    "places_naming",
    "read_overrides",
    "read_workload",
    "score_name",
    "score_schema",
]
