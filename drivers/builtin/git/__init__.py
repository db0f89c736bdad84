"""Driver ``git``: what would be applied, as files of a folder in a git repository, for whoever applies from there.

Each change of a resource is one commit on the tip of a branch, made without a work tree, so that nothing in the repository
is ever followed or run. A file ``.bakehouse`` says whose a folder is.
"""

from .driver import Git
from .models import GitConnection, GitInputs, GitOutputs

__all__ = ["Git", "GitConnection", "GitInputs", "GitOutputs"]
