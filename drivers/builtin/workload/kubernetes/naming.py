"""What the objects of a workload are called, and what tells its pods apart."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from ....context import Context

_SCORE = "k8s.score.dev/"
SERVICE_NAME = f"{_SCORE}service-name"
KIND = f"{_SCORE}kind"
SCHEDULE = "bakehouse.dev/schedule"
ENVIRONMENT = "bakehouse.dev/environment"

_OTHER = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
_KEY = re.compile(r"[A-Za-z0-9._-]{1,200}", re.ASCII)


class Named(Struct, frozen=True):
    """The names of one workload. ``annotations`` are those of its Score file."""

    workload: str
    application: str
    environment: str
    environment_uid: str
    annotations: Mapping[str, str]

    @property
    def selector(self) -> dict[str, str]:
        """What selects its pods. It never changes, because no selector can be changed: not even by a rename."""
        return {"app.kubernetes.io/name": self.workload, ENVIRONMENT: self.environment_uid}

    @property
    def labels(self) -> dict[str, str]:
        """The labels of its objects and pods."""
        return {
            **self.selector,
            "app.kubernetes.io/instance": _label(f"{self.application}-{self.environment}"),
            "app.kubernetes.io/part-of": _label(self.application),
            "app.kubernetes.io/managed-by": "bakehouse",
        }

    @property
    def service(self) -> str:
        """The name of its Service."""
        return self.annotations.get(SERVICE_NAME) or self.workload

    @property
    def copied(self) -> dict[str, str]:
        """The annotations that its pods get: all but those that are instructions for us."""
        ours = (SCHEDULE,)
        return {k: v for k, v in self.annotations.items() if not k.startswith(_SCORE) and k not in ours}


def named(context: Context, workload: Mapping[str, Any]) -> Named:
    """The names of a workload in the environment of a call."""
    metadata: Any = workload.get("metadata") or {}
    around = context.workspace
    return Named(
        str(workload["name"]),
        around.application,
        around.environment,
        around.environment_uid,
        metadata.get("annotations") or {},
    )


def key_of(*parts: str) -> str:
    """A key of a ConfigMap or Secret for these parts; different parts give different keys."""
    text = ".".join(parts)
    if _KEY.fullmatch(text):
        return text
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{_OTHER.sub('-', text).strip('-.')[:100]}-{digest}"


def _label(text: str) -> str:
    return _OTHER.sub("-", text)[:63].strip("-._")
