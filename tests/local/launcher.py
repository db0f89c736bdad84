"""Stands in for `bakehouse launch` where a test has no store.

The clear text of a secret is `clear of REF`, or that of the variable REF where its store is `env`.
"""

import os
import sys
from pathlib import Path

from bakehouse.drivers.builtin.local.launch import launch

if __name__ == "__main__":
    launch(Path(sys.argv[1]), lambda s: os.environ[s.ref] if s.store == "env" else f"clear of {s.ref}")
