"""What a plan does to one resource."""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """The actions in ascending weight, each with its symbol and verb."""

    NO_OP = ("no-op", " ", "leave unchanged")
    READ = ("read", "<", "read")
    CREATE = ("create", "+", "create")
    ADOPT = ("adopt", ">", "adopt")
    UPDATE = ("update", "~", "update")
    REPLACE = ("replace", "±", "replace")
    HOLD = ("hold", "!", "hold (protected)")
    RETAIN = ("retain", "o", "forget, keep the object")
    DELETE = ("delete", "-", "delete")
    PAUSE = ("pause", "=", "pause")
    RESUME = ("resume", ">", "resume")

    def __init__(self, label: str, symbol: str, verb: str) -> None:
        self.label = label
        self.symbol = symbol
        self.verb = verb

    @classmethod
    def named(cls, label: str) -> Action:
        """The action whose label this is; raises ValueError."""
        for action in cls:
            if action.label == label:
                return action
        raise ValueError(f"'{label}' is no action")

    @property
    def changes_world(self) -> bool:
        """Whether a driver is asked to change something."""
        return self in _WORLD

    @property
    def dangerous(self) -> bool:
        """Whether a reviewer must see it first: something is, or would be, lost."""
        return self in _DANGEROUS


_WORLD = frozenset(
    {
        Action.CREATE,
        Action.ADOPT,
        Action.UPDATE,
        Action.REPLACE,
        Action.DELETE,
        Action.PAUSE,
        Action.RESUME,
    }
)
_DANGEROUS = frozenset({Action.REPLACE, Action.HOLD, Action.DELETE, Action.RETAIN})

ENDING = frozenset({Action.REPLACE, Action.DELETE, Action.RETAIN})
"""After these the object, or at least its record, is not what it was to those that read it."""
