"""In which order kinds are applied: what others need comes first; deletes go the other way round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

_FIRST = (
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "IngressClass",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Secret",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "PodDisruptionBudget",
    "Service",
)
_LATER = (
    "DaemonSet",
    "Pod",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Job",
    "CronJob",
    "Ingress",
    "HTTPRoute",
    "APIService",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
)
_PLACES = {kind: place for place, kind in enumerate((*_FIRST, "", *_LATER))}
"""Kinds that are not named, such as custom resources, stand where the empty name does: before what runs."""

FOUNDATIONS = frozenset({"Namespace", "CustomResourceDefinition"})
"""Kinds that must be ready before anything that follows can be applied."""


class Kinded(Protocol):
    """Whatever has the kind of an object."""

    @property
    def kind(self) -> str:
        """Such as ``Deployment``."""
        ...


T = TypeVar("T", bound=Kinded)


def in_order(found: Iterable[T]) -> list[T]:
    """``found`` as they are applied; those of one kind stay as they are given."""
    return sorted(found, key=lambda item: _PLACES.get(item.kind, _PLACES[""]))
