"""What the program says went wrong, as our faults."""

from __future__ import annotations

import re

from ...sdk import Conflict, Fault, PermanentFault, TransientFault

_LONGEST = 1500
_BEGINNING = re.compile(r"^(?:(?:INSTALLATION|UPGRADE|ROLLBACK) FAILED|release name check failed): ")
_AWAY = re.compile(
    r"connection refused|connection reset|no such host|i/o timeout|TLS handshake|network is unreachable|EOF|"
    r"no route to host|(?:status code|response)[^\n]{0,20}5\d\d",
)
_SCHEMA = "values don't meet the specifications of the schema"
_ELSEWHERE = (
    "is not a valid chart repository",
    "failed to perform",
    "could not download chart",
    "/index.yaml",
)


class Absent(PermanentFault):
    """There is no release of this name."""


class Lingering(PermanentFault):
    """Objects of an uninstalled release are still there."""


class Misfit(PermanentFault):
    """Values do not fit the chart's own schema; ``places`` are the JSON pointers and what is wrong there."""

    def __init__(self, message: str, places: tuple[tuple[str, str], ...]) -> None:
        super().__init__(message, hint="values.schema.json of the chart says what it takes")
        self.places = places


def complaint(verb: str, said: str, ended: str, release: str) -> Fault:
    """The fault of a failed command about a release. It may quote values: scrub it before it is shown."""
    text = _reason(said) or ended
    if "release: not found" in text:
        return Absent(f"helm-failed: there is no release {release}")
    if _SCHEMA in text:
        return misfit(text)
    if "still exists" in text and verb == "uninstall":
        return Lingering(f"deletion-stuck: {text}")
    return _held(text, release) or _away(text) or _refused(verb, text)


def misfit(text: str) -> Misfit:
    """The fault of values that a chart's schema refuses."""
    places = tuple((found[1], found[2].strip()) for found in re.finditer(r"(?m)^- at '([^']*)': (.+)$", text))
    told = (
        "; ".join(f"{pointer or '/'}: {what}" for pointer, what in places)
        or text.partition(_SCHEMA)[2][:_LONGEST]
    )
    message = f"values-refused: the chart does not take these values: {told}"
    return Misfit(message, places)


def _held(text: str, release: str) -> Fault | None:
    """Something that belongs to somebody else, or that another command is busy with."""
    if "cannot be imported into the current release" in text:
        return Conflict(
            f"object-taken: {text}", hint="choose another name for it, delete it, or let its own release go"
        )
    if "cannot reuse a name that is still in use" in text:
        return Conflict(f"release-taken: the release {release} exists and was not made for this resource")
    if "another operation (install/upgrade/rollback) is in progress" in text:
        return TransientFault(f"helm-failed: somebody else works on the release {release}", retry_after=5.0)
    if "Apply failed with" in text and "conflict" in text:
        return PermanentFault(
            f"field-held: {text}",
            hint="leave these fields out of the values, or say force: true to take them over",
        )
    return None


def _away(text: str) -> Fault | None:
    """A cluster or repository that does not answer, or lets nobody in."""
    if any(words in text for words in _ELSEWHERE):
        kind = TransientFault if _AWAY.search(text) else PermanentFault
        return kind(f"chart-missing: {text}", hint="check the repository, the chart's name and its version")
    if "Kubernetes cluster unreachable" in text or _AWAY.search(text):
        if "Unauthorized" in text or "must be logged in" in text or "provide credentials" in text:
            return PermanentFault(f"cluster-unauthorized: {text}", hint="renew the connection's credentials")
        return TransientFault(
            f"cluster-unreachable: {text}", hint="is the address right, and is the cluster reached from here?"
        )
    return None


def _refused(verb: str, text: str) -> Fault:
    if " forbidden" in text:
        return PermanentFault(
            f"cluster-forbidden: {text}", hint="give the account of the connection this right"
        )
    if "not found in" in text and "repository" in text:
        return PermanentFault(f"chart-missing: {text}", hint="check the chart's name and its version")
    if "Chart.yaml" in text or "chart metadata" in text:
        return PermanentFault(f"chart-invalid: {text}")
    if "context deadline exceeded" in text or "timed out waiting" in text:
        return PermanentFault(
            f"not-ready: {text}",
            hint="look at its events and logs, or give the definition a longer timeout",
        )
    if "unknown flag" in text:
        return PermanentFault(f"helm-missing: {text}", hint="install Helm 4, or newer")
    return PermanentFault(f"helm-failed: {verb} failed: {text}")


def _reason(said: str) -> str:
    """What follows the last ``Error:`` that begins a line, on one line but for a list of places."""
    _, found, text = f"\n{said}".rpartition("\nError: ")
    kept = (text if found else said).strip()[:_LONGEST]
    kept = _BEGINNING.sub("", _BEGINNING.sub("", kept))
    return kept if _SCHEMA in kept else " ".join(kept.replace("\n", "; ").split())
