"""What containers print: the last lines of all pods of a resource by their times."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from ...sdk import Context, NotFound, PermanentFault
from .cluster import Cluster, Kind
from .faults import Refused
from .objects import Identity, Object, metadata, part, parts
from .pods import pods_of
from .seeing import ours

PODS = Kind("v1", "Pod", "/api/v1", "pods", True)
_LONGEST = 16 * 1024


@dataclass(frozen=True)
class Printing:
    """One container of one pod in one of its lives, which ``uid`` and ``restarts`` tell from the next one.

    ``waits`` says why its first life has not begun.
    """

    namespace: str
    pod: str
    container: str
    uid: str
    restarts: int
    waits: str | None = field(default=None, compare=False)

    @property
    def source(self) -> str:
        """What stands before its lines."""
        return f"{self.pod}/{self.container}"

    def address(self, **query: object) -> str:
        """The address of its log, with a time before each line."""
        asked = urlencode({"container": self.container, "timestamps": "true", **query})
        return f"{PODS.collection(self.namespace)}/{quote(self.pod, safe='')}/log?{asked}"


def printing(context: Context, cluster: Cluster, names: Iterable[Identity]) -> list[Printing]:
    """Every container, by pod and in the order of the pod's spec; raises :class:`NotFound`."""
    found = ours(cluster, context.uid, names)
    if not found:
        raise NotFound("none of its objects is there any more")
    pods = {str(metadata(pod).get("uid")): pod for item in found.values() for pod in pods_of(cluster, item)}
    return [c for pod in sorted(pods.values(), key=lambda p: str(metadata(p).get("name"))) for c in _of(pod)]


def last_lines(
    context: Context, cluster: Cluster, names: Iterable[Identity], lines: int
) -> Iterator[tuple[str, str]]:
    """Pairs of (source, line), oldest first: at most ``lines`` of each container.

    Raises :class:`PermanentFault` where pods are there, and none of their containers has begun.
    """
    found: list[tuple[str, str, str]] = []
    waiting: list[str] = []
    for one in printing(context, cluster, names):
        if one.waits is not None:
            waiting.append(f"{one.source}: {one.waits}")
            continue
        try:
            said = cluster.text(one.address(tailLines=lines), f"the log of {one.source}")
        except Refused as fault:
            if not not_begun(fault):
                raise
            waiting.append(fault.message.partition(": ")[2])
            continue
        found += [(*timed(line), one.source) for line in said.splitlines()]
    if waiting and not found:
        raise PermanentFault(f"nothing was printed yet: {waiting[0]}")
    yield from ((source, line) for _, line, source in sorted(found, key=lambda told: told[0]))


def timed(line: str) -> tuple[str, str]:
    """The time of a line, as text that sorts like it, and the line itself."""
    time, _, text = line.partition(" ")
    seconds, _, fraction = time.removesuffix("Z").partition(".")
    return f"{seconds}.{fraction:0<9}", text[:_LONGEST]


def not_begun(fault: Refused) -> bool:
    """Whether there is no log because the container waits for something, or the pod just went."""
    return fault.status == 404 or (fault.status == 400 and "waiting to start" in fault.message)


def _of(pod: Object) -> Iterator[Printing]:
    meta, spec, status = metadata(pod), part(pod, "spec"), part(pod, "status")
    told = {
        str(found.get("name")): found
        for name in ("initContainerStatuses", "containerStatuses")
        for found in parts(status, name)
    }
    for container in (*parts(spec, "initContainers"), *parts(spec, "containers")):
        name = str(container.get("name"))
        seen: Object = told.get(name, {})
        restarts = int(seen.get("restartCount") or 0)
        yield Printing(
            str(meta.get("namespace")),
            str(meta.get("name")),
            name,
            str(meta.get("uid")),
            restarts,
            None if restarts else _waiting(seen),
        )


def _waiting(seen: Object) -> str | None:
    if not seen:
        return "it is not started yet"
    waiting = part(part(seen, "state"), "waiting")
    told = [str(waiting[name]) for name in ("reason", "message") if waiting.get(name)]
    return ": ".join(told) or None
