"""Recorded resources under new addresses: what the files say, what a changed class means, and what it does to the records.

Everything here is pure. A move touches nothing in the world and asks no driver: uid, slug, generation, secrets and
outputs stay. The birth count stays at the old address.
"""

from .entry import Entry, entries_of, followed
from .positions import Move, Moves, after_classes, declared, misled, returned, reused
from .relocation import Collision, collisions, due, places_of, relocated, writes_of

__all__ = [
    "Collision",
    "Entry",
    "Move",
    "Moves",
    "after_classes",
    "collisions",
    "declared",
    "due",
    "entries_of",
    "followed",
    "misled",
    "places_of",
    "relocated",
    "returned",
    "reused",
    "writes_of",
]
