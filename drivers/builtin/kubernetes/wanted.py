"""The objects that a resource is to have: its manifests, read, placed into namespaces and marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from ....graph.narrow import is_list
from ...sdk import Context, PermanentFault
from .cluster import Kind
from .faults import Refused
from .marking import marked
from .objects import Identity, Object, check, metadata, part
from .ordering import in_order
from .secrecy import check_secrets

IN_NO_NAMESPACE = frozenset(
    {
        "APIService",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)


class Wanted(Struct, frozen=True):
    """One object as it is to be; ``body`` may hold unknown and secret leaves. ``served`` says that its kind is known."""

    identity: Identity
    body: Object
    served: bool = True

    @property
    def kind(self) -> str:
        """The kind of the object."""
        return self.identity.kind


class Served(Protocol):
    """What knows how the kinds of a cluster are addressed."""

    def kind(self, api_version: str, kind: str) -> Kind | None:
        """How the kind is addressed, or None where it is not known."""
        ...


class Offline:
    """No cluster: kinds are not known, and count as the standard ones are."""

    def kind(self, api_version: str, kind: str) -> Kind | None:
        """Not known."""
        return None


def wanted(
    context: Context, cluster: Served, manifests: Sequence[Object], namespace: str | None
) -> list[Wanted]:
    """The objects in the order in which they are applied. Raises :class:`PermanentFault` for what no cluster would take.

    Kinds that the cluster does not serve may be made by a definition among the objects themselves; their scope is that
    of the definition, else they count as placed where their manifests say.
    """
    check(manifests)
    scopes = _defined_scopes(manifests)
    found = in_order(_wanted(context, cluster, manifest, namespace, scopes) for manifest in manifests)
    seen: set[tuple[str, str, str, str]] = set()
    for item in found:
        if item.identity.key in seen:
            raise PermanentFault(f"manifest-refused: {item.identity} stands twice in the manifests")
        seen.add(item.identity.key)
        check_secrets(item.body, str(item.identity))
    return found


def recorded_objects(context: Context, cluster: Served, inputs: Mapping[str, Any]) -> list[Wanted]:
    """The objects of recorded inputs; none of inputs that no cluster would take, because nothing was made of them."""
    manifests = inputs.get("manifests")
    if not is_list(manifests):
        return []
    try:
        return wanted(context, cluster, manifests, inputs.get("namespace"))
    except Refused:
        raise
    except PermanentFault:
        return []


def _wanted(
    context: Context,
    cluster: Served,
    manifest: Object,
    namespace: str | None,
    scopes: Mapping[tuple[str, str], bool],
) -> Wanted:
    version, kind = str(manifest["apiVersion"]), str(manifest["kind"])
    served = cluster.kind(version, kind)
    group = version.rpartition("/")[0]
    usual = kind not in IN_NO_NAMESPACE
    namespaced = served.namespaced if served is not None else scopes.get((group, kind), usual)
    place = metadata(manifest).get("namespace") or namespace or "default" if namespaced else None
    name = str(metadata(manifest)["name"])
    body = marked(manifest, context)
    meta: dict[str, Any] = {k: v for k, v in metadata(body).items() if k != "namespace"}
    if place is not None:
        meta["namespace"] = place
    return Wanted(
        Identity(version, kind, None if place is None else str(place), name),
        {**body, "metadata": meta},
        served is not None,
    )


def _defined_scopes(manifests: Sequence[Object]) -> dict[tuple[str, str], bool]:
    """Whether the kinds that definitions among the manifests add belong to namespaces, by group and kind."""
    scopes: dict[tuple[str, str], bool] = {}
    for manifest in manifests:
        if manifest.get("kind") == "CustomResourceDefinition":
            spec = part(manifest, "spec")
            scopes[(str(spec.get("group")), str(part(spec, "names").get("kind")))] = (
                spec.get("scope") != "Cluster"
            )
    return scopes
