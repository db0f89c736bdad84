"""What an apply of a resource's manifests would do: asked of the cluster by dry runs, or told from the record without it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ....graph.narrow import is_list, is_map
from ....graph.values import Value, dig, leaves
from ...sdk import Context, Proposal, TransientFault
from .cluster import Cluster
from .dryrun import DryRun, unasked
from .foreseen import Foreseen, compared, deleted, later
from .models import COMPLETE
from .objects import Identity, Object, check, identities, metadata
from .published import Schemas
from .seeing import ours
from .session import cluster
from .wanted import Offline, Wanted, recorded_objects, wanted

Key = tuple[str, str, str, str]


class Asked(Struct, frozen=True):
    """The planned inputs, parted into manifests whose objects are known by name and those whose are not yet."""

    named: Sequence[Object]
    nameless: Sequence[Value]
    namespace: str | None
    force: bool


def propose(context: Context, planned: Mapping[str, Any]) -> Proposal | None:
    """The proposal; None where not even the list of manifests is known. Reads only, and opens no secret."""
    manifests = planned.get("manifests")
    if not is_list(manifests):
        return None
    check([manifest for manifest in manifests if is_map(manifest)])
    asked = _asked(planned, manifests)
    try:
        items, found = _live(context, asked)
    except TransientFault as fault:
        if fault.code != "cluster-unreachable":
            raise
        items, found = _recorded(context, asked, fault.message)
    found = [*found, *(later(manifest) for manifest in asked.nameless)]
    return _proposal(context, planned, items, found)


def _asked(planned: Mapping[str, Any], manifests: Sequence[Any]) -> Asked:
    namespace = planned.get("namespace")
    known = namespace is None or isinstance(namespace, str)
    named = [m for m in manifests if is_map(m) and _is_named(m, known)]
    nameless = [m for m in manifests if not (is_map(m) and _is_named(m, known))]
    return Asked(named, nameless, namespace if known else None, planned.get("force") is True)


def _is_named(manifest: Object, namespace_known: bool) -> bool:
    place = metadata(manifest).get("namespace")
    told = [manifest.get("apiVersion"), manifest.get("kind"), metadata(manifest).get("name"), place]
    return not leaves(told) and (namespace_known or place is not None or manifest.get("kind") == "Namespace")


def _live(context: Context, asked: Asked) -> tuple[list[Wanted], list[Foreseen]]:
    with cluster(context) as there:
        items = wanted(context, there, asked.named, asked.namespace)
        existing = ours(there, context.uid, [item.identity for item in items if item.served])
        gone = _gone(context, items, asked)
        dropped = ours(there, context.uid, gone)
        schemas = Schemas(there.server, there, asked.named)
        run = DryRun(
            there, context.uid, asked.force, existing, schemas, _former(context, there), _made(items)
        )
        found = [run.foresee(item) for item in items]
    return items, [*found, *(deleted(name) for name in gone if name in dropped)]


def foreseen_now(
    context: Context,
    there: Cluster,
    items: Sequence[Wanted],
    existing: Mapping[Identity, Object],
    force: bool,
) -> list[Foreseen]:
    """What an apply would do to the objects that exist, and which it would delete; asked right before it."""
    kept = {item.identity.key for item in items}
    recorded = identities(context.prior.private) if context.prior else ()
    dropped = ours(there, context.uid, [name for name in recorded if name.key not in kept])
    run = DryRun(there, context.uid, force, existing, Schemas(there.server, there), _former(context, there))
    found = [run.foresee(item) for item in items if item.identity in existing]
    return [*found, *(deleted(name) for name in dropped)]


def missing(items: Iterable[Wanted], existing: Mapping[Identity, Object]) -> list[Foreseen]:
    """What an update would make: unless that was planned, somebody has deleted it since."""
    return [Foreseen(str(item.identity), "create") for item in items if item.identity not in existing]


def _recorded(context: Context, asked: Asked, why: str) -> tuple[list[Wanted], list[Foreseen]]:
    """From the record alone."""
    items = wanted(context, Offline(), asked.named, asked.namespace)
    former = _former(context, Offline())
    note = f"not dry-run, compared with what was recorded: {why.partition(': ')[2]}"
    with cluster(context) as there:
        schemas = Schemas(there.server, None, asked.named)
    found: list[Foreseen] = []
    for item in items:
        before = former.get(item.identity.key)
        if before is None:
            found.append(unasked(item, "create", note, schemas))
            continue
        changes = compared(before, item.body, before, item.body)
        if changes:
            found.append(replace(unasked(item, "update", note, schemas), changes=changes))
        else:
            found.append(Foreseen(str(item.identity), "no-op", notes=(note,)))
    return items, [*found, *(deleted(name) for name in _gone(context, items, asked))]


def _gone(context: Context, items: Iterable[Wanted], asked: Asked) -> list[Identity]:
    """Recorded objects that no manifest names; none while some names are not known."""
    if context.prior is None or asked.nameless:
        return []
    kept = {item.identity.key for item in items}
    return [name for name in identities(context.prior.private) if name.key not in kept]


def _former(context: Context, served: Any) -> dict[Key, Object]:
    """The recorded manifests, placed and marked as the planned ones."""
    prior: Mapping[str, Any] = context.prior.inputs if context.prior else {}
    return {item.identity.key: item.body for item in recorded_objects(context, served, prior)}


def _made(items: Iterable[Wanted]) -> set[str]:
    return {item.identity.name for item in items if item.kind == "Namespace"}


def _proposal(
    context: Context, planned: Mapping[str, Any], items: Sequence[Wanted], found: Sequence[Foreseen]
) -> Proposal:
    told = [item for item in found if item.action != "no-op"]
    replaced = [item for item in found if item.action == "replace"]
    same = context.prior is not None and context.prior.inputs == planned and not told
    return Proposal(
        "replace" if replaced else "no-op" if same else "update",
        outputs=_outputs(context, planned, items, found),
        replace_paths=_paths(planned, replaced),
        nested=tuple(item.plain() for item in told),
        notes=tuple(dict.fromkeys(note for item in found for note in item.notes)),
        refused=_refused(found),
    )


def _refused(found: Sequence[Foreseen]) -> str | None:
    """All refusals as one, with the code of the first, and at the end what helps."""
    said = [item.refused for item in found if item.refused is not None]
    if not said:
        return None
    hints = dict.fromkeys(item.hint for item in found if item.refused is not None and item.hint)
    helps = f" ({'; '.join(hints)})" if hints else ""
    return "; ".join([said[0], *(text.partition(": ")[2] for text in said[1:])]) + helps


def _outputs(
    context: Context, planned: Mapping[str, Any], items: Sequence[Wanted], found: Sequence[Foreseen]
) -> dict[str, Value]:
    """Outputs that are known by now: those of metadata as planned, and those of objects that stay as they are."""
    asked = planned.get("outputs")
    if not is_map(asked):
        return {"condition": COMPLETE}
    prior: Mapping[str, Any] = context.prior.outputs if context.prior else {}
    recorded: Any = context.prior.inputs.get("outputs") if context.prior else None
    untouched = {item.name for item in found if item.action == "no-op"}
    outputs: dict[str, Value] = {"condition": COMPLETE}
    for name, output in asked.items():
        if not is_map(output) or leaves(output):
            continue
        matching = [item for item in items if f"{item.kind}/{item.identity.name}" == output.get("object")]
        path = str(output.get("path"))
        stays = (
            len(matching) == 1 and str(matching[0].identity) in untouched and not path.startswith("status")
        )
        if stays and is_map(recorded) and recorded.get(name) == output and name in prior:
            outputs[name] = prior[name]
        elif len(matching) == 1 and path.startswith("metadata.") and not output.get("secret"):
            try:
                outputs[name] = dig(matching[0].body, tuple(path.split(".")))
            except KeyError:
                continue
    return outputs


def _paths(planned: Mapping[str, Any], replaced: Sequence[Foreseen]) -> tuple[str, ...]:
    """The inputs that force a replacement, in the engine's way of writing them."""
    paths: list[str] = ["manifests"] if replaced else []
    for index, manifest in enumerate(planned["manifests"]):
        named = f"{manifest.get('kind')} " if is_map(manifest) else ""
        name = str(metadata(manifest).get("name")) if is_map(manifest) else ""
        for item in replaced:
            if item.name.startswith(named) and item.name.rpartition("/")[2].rpartition(" ")[2] == name:
                paths += [
                    f"manifests.{index}",
                    *(f"manifests.{index}.{change.path}" for change in item.changes),
                ]
    return tuple(paths)
