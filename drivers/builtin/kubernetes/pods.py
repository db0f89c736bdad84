"""Why the pods of a workload cannot come up, found long before any deadline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from .cluster import Cluster, Kind
from .faults import Refused
from .objects import Object, labels, metadata, part, parts

_PODS = Kind("v1", "Pod", "/api/v1", "pods", True)
_SETS = Kind("apps/v1", "ReplicaSet", "/apis/apps/v1", "replicasets", True)
_JOBS = Kind("batch/v1", "Job", "/apis/batch/v1", "jobs", True)
_EVENTS = Kind("v1", "Event", "/api/v1", "events", True)

_HOPELESS = frozenset(
    {
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "InvalidImageName",
        "CrashLoopBackOff",
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
    }
)
_RUNS_PODS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"})


def pods_of(cluster: Cluster, found: Object) -> Iterator[Object]:
    """The pods of a workload's present revision; none where the object runs no pods."""
    if found.get("kind") == "Pod":
        yield found
        return
    if found.get("kind") == "CronJob":
        yield from _of_cron_job(cluster, found)
        return
    wanted = part(part(part(found, "spec"), "selector"), "matchLabels")
    if found.get("kind") not in _RUNS_PODS or not wanted:
        return
    chosen = {**wanted, **_revision(cluster, found, wanted)}
    yield from cluster.select(_PODS, metadata(found).get("namespace"), _selector(chosen))


def _of_cron_job(cluster: Cluster, found: Object) -> Iterator[Object]:
    """The pods of the Jobs that it made and that are kept."""
    meta = metadata(found)
    for job in cluster.select(_JOBS, meta.get("namespace"), ""):
        if any(owner.get("uid") == meta.get("uid") for owner in parts(metadata(job), "ownerReferences")):
            yield from pods_of(cluster, job)


def hopeless(cluster: Cluster, found: Object) -> str | None:
    """What keeps a pod of the present revision from running, with the event's text; None where nothing is known to."""
    try:
        for pod in pods_of(cluster, found):
            told = _stuck(pod)
            if told is not None:
                said = _event(cluster, pod)
                name = metadata(pod).get("name")
                return f"pod {name}: {told}" + (f" ({said})" if said and said not in told else "")
    except Refused:
        return None  # the account may not look at pods: the object's own conditions have to do
    return None


def _stuck(pod: Object) -> str | None:
    if metadata(pod).get("deletionTimestamp"):
        return None
    for name in ("initContainerStatuses", "containerStatuses"):
        for container in parts(part(pod, "status"), name):
            waiting = part(part(container, "state"), "waiting")
            if waiting.get("reason") in _HOPELESS:
                message = waiting.get("message") or _last_end(container)
                return f"container {container.get('name')}: {waiting['reason']}" + (
                    f": {message}" if message else ""
                )
    return None


def _last_end(container: Object) -> str:
    ended = part(part(container, "lastState"), "terminated")
    return f"it ended with exit code {ended['exitCode']}" if "exitCode" in ended else ""


def _revision(cluster: Cluster, found: Object, wanted: Mapping[str, str]) -> Mapping[str, str]:
    """The label of the pods of the newest revision, so that those of a former one are not looked at."""
    status = part(found, "status")
    if found.get("kind") == "StatefulSet" and status.get("updateRevision"):
        return {"controller-revision-hash": status["updateRevision"]}
    if found.get("kind") != "Deployment":
        return {}
    mark = "deployment.kubernetes.io/revision"
    current = part(metadata(found), "annotations").get(mark)
    for owned in cluster.select(_SETS, metadata(found).get("namespace"), _selector(wanted)):
        owners = parts(metadata(owned), "ownerReferences")
        ours = any(owner.get("uid") == metadata(found).get("uid") for owner in owners)
        if ours and part(metadata(owned), "annotations").get(mark) == current:
            return {"pod-template-hash": labels(owned).get("pod-template-hash", "")}
    return {}


def _event(cluster: Cluster, pod: Object) -> str | None:
    """The text of the newest warning about a pod."""
    query = urlencode({"fieldSelector": f"involvedObject.uid={metadata(pod).get('uid')},type=Warning"})
    address = f"{_EVENTS.collection(metadata(pod).get('namespace'))}?{query}"
    try:
        events = parts(cluster.ask("GET", address, "events"), "items")
    except Refused:
        return None
    newest = max(events, key=lambda e: str(e.get("lastTimestamp") or e.get("eventTime") or ""), default=None)
    return None if newest is None else str(newest.get("message"))


def _selector(wanted: Mapping[str, str]) -> str:
    return ",".join(f"{name}={value}" for name, value in wanted.items())
