"""Identity that outlives renames: uids, create tokens and slugs, all known before anything exists."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct, field

from .address import Address

_FOREIGN = re.compile(r"[^a-z0-9]+")


class Identity(Struct, frozen=True):
    """What a resource is called in other systems: its uid and its slug, both frozen at birth."""

    uid: str
    slug: str
    birth: int


def resource_uid(environment_uid: str, address: Address, birth: int) -> str:
    """uuid5 of the environment uid and ``ADDRESS/BIRTH``; ``birth`` counts from 1."""
    return str(uuid.uuid5(_namespace(environment_uid), f"{address.full}/{birth}"))


@lru_cache(maxsize=100)
def _namespace(environment_uid: str) -> uuid.UUID:
    return uuid.UUID(environment_uid)


def create_token(uid: str, generation: int) -> str:
    """What drivers tag and look up world objects by: one token for one physical object."""
    return f"{uid}.{generation}"


def slug(names: tuple[str, ...], suffix: str, limit: int) -> str:
    """A name for other systems: ``[a-z0-9-]``, starts with a letter, at most ``limit`` characters, ends in ``suffix``."""
    stem = "-".join(part for part in (_FOREIGN.sub("-", n.lower()).strip("-") for n in names) if part)
    if not stem[:1].isalpha():
        stem = f"r-{stem}".rstrip("-")
    room = limit - len(suffix) - 1
    return f"{stem[:room].rstrip('-')}-{suffix}"


def context_slug(application: str, environment: str, environment_uid: str) -> str:
    """The slug of an environment, at most 30 characters."""
    return slug((application, environment), hashlib.sha256(environment_uid.encode()).hexdigest()[:6], 30)


class Identities(Struct, frozen=True):
    """Answers uid and slug for every address of one environment.

    ``recorded`` holds the identities of living resources; ``births`` how many resources were ever born at an
    address. A new address gets the next birth; asking twice gives the same answer.
    """

    application: str
    environment: str
    environment_uid: str
    recorded: Mapping[Address, Identity] = field(default_factory=dict[Address, Identity])
    births: Mapping[Address, int] = field(default_factory=dict[Address, int])

    def of(self, address: Address) -> Identity:
        """The identity of the resource that lives, or would be born, at ``address``."""
        known = self.recorded.get(address)
        if known is not None:
            return known
        birth = self.births.get(address, 0) + 1
        uid = resource_uid(self.environment_uid, address, birth)
        return Identity(
            uid, slug((self.application, self.environment, address.id), uid.replace("-", "")[:6], 40), birth
        )
