"""What a compile is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from ..graph.application import Application, Environment
from ..graph.identity import Identities
from ..graph.types import DriverSchemas
from .catalog import Catalog


class Request(Struct, frozen=True):
    """One application, to be compiled against one catalog for one environment.

    ``images`` are given for this run and ``recorded_images`` by what is recorded, both by ``WORKLOAD/CONTAINER``;
    ``image_sources`` say which record gave a recorded one.
    """

    application: Application
    catalog: Catalog
    environment: Environment
    identities: Identities
    drivers: DriverSchemas
    images: Mapping[str, str] = field(default_factory=dict[str, str])
    recorded_images: Mapping[str, str] = field(default_factory=dict[str, str])
    image_sources: Mapping[str, str] = field(default_factory=dict[str, str])
