"""The address of a resource inside one environment: ``type.class#id``."""

from __future__ import annotations

import re

from msgspec import Struct

DEFAULT_CLASS = "default"
SHARED = "shared"

_NAME = r"[A-Za-z0-9][A-Za-z0-9-]{0,61}[A-Za-z0-9]|[A-Za-z0-9]"
_ADDRESS = re.compile(
    rf"(?P<type>{_NAME})(?:\.(?P<cls>{_NAME}))?#(?P<id>[^\s#\x00-\x1f\x7f]{{1,200}})\Z", re.ASCII
)


class Address(Struct, frozen=True, order=True, cache_hash=True):
    """Names one resource; ordered by type, class, id. ``str()`` leaves the class ``default`` out."""

    type: str
    class_: str
    id: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``type#id`` or ``type.class#id``; raises ValueError saying what is expected."""
        found = _ADDRESS.match(text)
        if found is None:
            raise ValueError(
                f"'{text[:100]}' is no address; expected TYPE#ID or TYPE.CLASS#ID, such as postgres#web.db"
            )
        return cls(found["type"], found["cls"] or DEFAULT_CLASS, found["id"])

    def __str__(self) -> str:
        kind = self.type if self.class_ == DEFAULT_CLASS else f"{self.type}.{self.class_}"
        return f"{kind}#{self.id}"

    @property
    def full(self) -> str:
        """The form with the class always written; used where addresses are hashed."""
        return f"{self.type}.{self.class_}#{self.id}"


def own_id(workload: str, resource: str) -> str:
    """The id of resource ``resource`` that workload ``workload`` declares for itself."""
    return f"{workload}.{resource}"


def shared_id(name: str) -> str:
    """The id of a resource shared under ``name``; a leading ``shared.`` is not doubled."""
    return name if name.startswith(f"{SHARED}.") else f"{SHARED}.{name}"


def workload_address(workload: str, class_: str = DEFAULT_CLASS) -> Address:
    """The address of the node that runs a workload."""
    return Address("workload", class_, workload)


def endpoint_address(workload: str) -> Address:
    """The address of the node under which a workload's ports are reached."""
    return Address("endpoint", DEFAULT_CLASS, workload)
