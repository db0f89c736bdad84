"""What a compile is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..graph.application import Application, Environment
from ..graph.identity import Identities
from ..graph.types import DriverSchemas
from .catalog import Catalog


@dataclass(frozen=True)
class Request:
    """One application, to be compiled against one catalog for one environment.

    ``images`` are given for this run and ``recorded_images`` by the last deployment, both by
    ``WORKLOAD/CONTAINER``.
    """

    application: Application
    catalog: Catalog
    environment: Environment
    identities: Identities
    drivers: DriverSchemas
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    recorded_images: Mapping[str, str] = field(default_factory=dict[str, str])
