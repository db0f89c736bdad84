"""The files that a resource's folder is to hold, from what its definition asks for. Pure; values may still be unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ....graph.address import Address
from ....graph.narrow import is_list, is_map
from ....graph.values import Unknown, Value, display, has_secret, has_unknown, leaves
from ...sdk import Context, Document, PermanentFault, plain_name
from ..endpoint import clustered
from ..endpoint.models import ServicePort, reached_by
from ..kubernetes.objects import Object, check, metadata
from ..kubernetes.wanted import IN_NO_NAMESPACE
from ..terraform.rendering import rendered
from ..workload.kubernetes.manifests import manifests
from ..writing import text_of

MARKER = ".bakehouse"
"""The file that says whose a folder is. It has no ending, so that nobody takes it for a manifest."""

_PARTS = ("files", "manifests", "module", "workload", "profiles", "ports")


def texts(context: Context, asked: Mapping[str, Value]) -> dict[str, str]:
    """The text of each file by its path below the folder; what is not known yet stands in it as a phrase.

    Raises :class:`PermanentFault` where a secret would stand in one (``secret-in-repository``), and where two files would
    have one name.
    """
    found: dict[str, str] = {}
    for path, body in _bodies(context, asked):
        if has_secret(body):
            raise PermanentFault(
                f"secret-in-repository: {path} would hold a secret, and whoever reads the repository would read it",
                hint="refer to it by an ExternalSecret or a SealedSecret, or give the program another way to it",
            )
        if path in found:
            raise PermanentFault(f"git-file-twice: two files of one resource are called {path}")
        found[path] = text_of(path, display(body))
    return found


def marker(context: Context) -> str:
    """The content of the marker of a call's resource."""
    around = context.workspace
    return (
        "Kept by Bakehouse: what is changed here is undone by its next apply.\n"
        f"application: {around.application}\nenvironment: {around.environment}\n"
        f"address: {context.address}\nuid: {context.uid}\ntoken: {context.token}\n"
    )


def told(content: bytes, name: str) -> str | None:
    """What a marker says for a name, or None."""
    for line in content.decode(errors="replace").splitlines():
        key, _, value = line.partition(": ")
        if key == name:
            return value
    return None


def reached(context: Context, asked: Mapping[str, Value]) -> dict[str, Value]:
    """The outputs of an endpoint; none for anything else, or before its ports are known."""
    ports = asked.get("ports")
    if not is_map(ports) or leaves(ports):
        return {}
    declared = {name: ServicePort.model_validate(body) for name, body in ports.items()}
    named, place = asked.get("service") or Address.parse(context.address).id, asked.get("namespace")
    if leaves([named, place]):
        return {}
    return {
        "host": f"{named}.{place or 'default'}.svc",
        "ports": {name: port.port for name, port in reached_by(declared).items()},
    }


def _bodies(context: Context, asked: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    files = asked.get("files")
    yield from files.items() if is_map(files) else ()
    for manifest in _manifests(context, asked):
        yield _name(manifest), manifest
    module = asked.get("module")
    for document in rendered(context, module) if is_map(module) else ():
        yield document.name, document.body


def _manifests(context: Context, asked: Mapping[str, Value]) -> list[Object]:
    found: list[Object] = []
    given, workload, endpoint = (
        asked.get("manifests"),
        asked.get("workload"),
        clustered.rendered(context, asked),
    )
    if is_list(given):
        found += given
    if is_map(workload) and is_map(workload.get("containers")):
        profiles = asked.get("profiles")
        found += manifests(context, workload, list(profiles) if is_list(profiles) else [])
    if endpoint is not None:
        found += endpoint["manifests"]
    check(found)
    return [_placed(manifest, asked.get("namespace")) for manifest in found]


def _placed(manifest: Object, namespace: Value) -> Object:
    told = metadata(manifest)
    if namespace is None or "namespace" in told or manifest.get("kind") in IN_NO_NAMESPACE:
        return manifest
    return {**manifest, "metadata": {**told, "namespace": namespace}}


def _name(manifest: Object) -> str:
    """A file is called after its object, so that its history is that of the object."""
    parts: Sequence[Value] = (manifest["kind"], metadata(manifest)["name"])
    return f"{plain_name('-'.join(str(display(part)) for part in parts).lower())}.yaml"


def is_undecided(context: Context, asked: Mapping[str, Value]) -> bool:
    """Whether not even the names of all files are known."""
    if any(isinstance(asked.get(name), Unknown) for name in _PARTS):
        return True
    module = asked.get("module")
    named = [[m.get("kind"), metadata(m).get("name")] for m in _manifests(context, asked)]
    return bool(leaves(named)) or (is_map(module) and has_unknown(module.get("source")))


def documents(context: Context, asked: Mapping[str, Value]) -> tuple[Document, ...]:
    """The files as documents, whose names may differ from theirs where a file system could trip; none while undecided."""
    if is_undecided(context, asked):
        return ()
    return tuple(
        Document("/".join(plain_name(step) for step in path.split("/")), body)
        for path, body in _bodies(context, asked)
    )
