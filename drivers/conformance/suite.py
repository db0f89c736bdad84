"""The suite: each test is one promise of the contract, its name the sentence that promises it."""

from __future__ import annotations

from .importing import Importing
from .lifecycle import LifeCycle
from .planning import Planning
from .rendering import Rendering
from .replay import Replay
from .secrecy import Secrecy


class DriverConformance(LifeCycle, Replay, Planning, Rendering, Secrecy, Importing):
    """Every promise of the driver contract. Subclass it as ``TestMyDriver`` and give the fixtures of ``Hooks``."""
