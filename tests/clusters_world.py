"""A control plane as a test looks at it and changes it behind the driver's back, and manifests to try."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parts.control_plane import ControlPlane

Manifest = dict[str, Any]

IN_THE_NAMESPACE = """\
---
kind: ResourceDefinition
metadata: {name: workload}
spec:
  type: workload
  driver: workload
  match: [{class: "*"}]
  dependencies: {space: {type: k8s-namespace, class: default, id: space}}
  inputs: {target: kubernetes, namespace: "${dependencies.space.name}"}
---
kind: ResourceDefinition
metadata: {name: endpoint}
spec:
  type: endpoint
  driver: endpoint
  match: [{class: "*"}]
  dependencies: {space: {type: k8s-namespace, class: default, id: space}}
  inputs: {target: kubernetes, namespace: "${dependencies.space.name}"}
"""
"""Definitions that run workloads in the namespace that the resource `k8s-namespace#space` gives."""


@dataclass(frozen=True)
class World:
    """Asks and changes as the administrator; what must not fail is asserted."""

    plane: ControlPlane

    def get(self, path: str) -> Manifest | None:
        """The object at a path of the API, or None."""
        said = self.plane.request(path)
        return json.loads(said) if said else None

    def there(self, path: str) -> Manifest:
        """The object at a path, where there must be one."""
        found = self.get(path)
        assert found is not None, path
        return found

    def items(self, path: str) -> list[Manifest]:
        """The objects of a collection."""
        return list((self.get(path) or {}).get("items", []))

    def make(self, path: str, body: Mapping[str, Any]) -> Manifest:
        said = self.plane.request(path, dict(body))
        assert said, path
        made: Manifest = json.loads(said)
        return made

    def change(self, path: str, body: Mapping[str, Any]) -> None:
        assert self.plane.request(path, dict(body), "PATCH"), path

    def remove(self, path: str) -> None:
        self.plane.request(path, method="DELETE")


def config_map(name: str = "settings", **data: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name},
        "data": data or {"heat": "220"},
    }


def service(name: str = "web", port: int = 80) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": port}]},
    }


def deployment(name: str = "web", image: str = "registry.test/web:1", replicas: int = 1) -> Manifest:
    labels = {"app": name}
    container = {
        "name": "main",
        "image": image,
        "resources": {"requests": {"cpu": "0.5", "memory": "1000Mi"}},
        "env": [{"name": "A", "value": "1"}],
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }
