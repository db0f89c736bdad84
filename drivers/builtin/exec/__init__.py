"""Driver ``exec``: any executable that speaks JSON lines over its standard input and output.

It gets one request and gives any number of messages and one answer; docs/drivers/exec.md is its specification.
"""

from .driver import Exec
from .models import ExecInputs

__all__ = ["Exec", "ExecInputs"]
