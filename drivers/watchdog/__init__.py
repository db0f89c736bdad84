"""Child processes that cannot outlive us: each runs in a session of its own under a small guard process.

The guard holds a pipe to us. When it closes, because we said so or because we are gone, the child and everything that
it started get SIGINT, after a grace period SIGKILL. Output and exit status lie in files of the run directory, so that
they can be read by whoever comes after us. (The kernel's parent-death signal is no substitute: it follows the thread
that forked, not the process.)
"""

from .child import Child, Command, Exit
from .inherited import inherited
from .remains import all_ended
from .running import Ran, run
from .streaming import stream

__all__ = ["Child", "Command", "Exit", "Ran", "all_ended", "inherited", "run", "stream"]
