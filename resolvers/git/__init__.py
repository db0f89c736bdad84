"""Reading repositories with the program ``git``, without ever checking anything out.

An address says which repository and which folder in it; a version is a tag or a whole commit, because what was
read once has to be read again. Objects come from a bare mirror in the user's cache. No shell is used, nobody is
asked for anything, no hook runs, and no protocol is spoken but the one of the address.
"""

from .address import GitAddress, git_address, is_git, split_ref
from .checkout import committed_revision
from .mirror import Mirrors
from .objects import Entry
from .program import Git, GitFailed

__all__ = [
    "Entry",
    "Git",
    "GitAddress",
    "GitFailed",
    "Mirrors",
    "committed_revision",
    "git_address",
    "is_git",
    "split_ref",
]
