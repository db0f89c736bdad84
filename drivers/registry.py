"""Finds drivers by entry points and answers the graph's questions about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from ..graph.fingerprint import digest_bytes
from ..graph.types import DriverDescription, Schema
from .marks import FOLDER, marked
from .sdk import CreateMode, Driver

GROUP = "bakehouse.drivers"

AnyDriver = Driver[Any, Any]


class UnknownDriver(LookupError):
    """No installed package offers a driver of this name."""


class UnfitDriver(TypeError):
    """A driver breaks the contract in a way that is seen at registration."""


class Registry:
    """The installed drivers by name; each is loaded when first asked for. Implements ``DriverSchemas``."""

    def __init__(self, points: Iterable[EntryPoint] | None = None, extra: Iterable[AnyDriver] = ()) -> None:
        found = entry_points(group=GROUP) if points is None else points
        self._points: dict[str, EntryPoint] = {p.name: p for p in found}
        self._loaded: dict[str, AnyDriver] = {}
        self._described: dict[tuple[str, str], DriverDescription] = {}
        for driver in extra:
            self._loaded[driver.name] = fit(driver)

    def names(self) -> tuple[str, ...]:
        """The names of all drivers, sorted."""
        return tuple(sorted({*self._points, *self._loaded}))

    def get(self, name: str) -> AnyDriver:
        """The driver called ``name``; raises :class:`UnknownDriver` or :class:`UnfitDriver`."""
        if name not in self._loaded:
            if name not in self._points:
                raise UnknownDriver(name)
            self._loaded[name] = fit(self._points[name].load()())
        return self._loaded[name]

    def source(self, name: str) -> str:
        """The module that offers the driver."""
        point = self._points.get(name)
        return point.value if point else type(self.get(name)).__module__

    def describe(self, driver: str, static_inputs: Mapping[str, Any]) -> DriverDescription:
        """Describe a driver for a definition's inputs; raises LookupError for an unknown driver, NotDescribed."""
        found = self.get(driver)
        key = (driver, digest_bytes(repr(static_inputs).encode("utf-8", "surrogatepass")))
        if key not in self._described:
            self._described[key] = found.describe(static_inputs)
        return self._described[key]

    def folders(self, driver: str) -> frozenset[str]:
        """The driver's inputs that may name a folder beside the definition or in a repository; raises LookupError."""
        return marked(self.get(driver).Inputs, FOLDER)

    def connection_schema(self, kind: str) -> Schema | None:
        """The schema of connections of this kind, or None when no driver declares it.

        A kind is named after the driver that declares it. Else it is one of a driver that is in use, and loaded; no other
        is loaded for the question, because most kinds that no driver declares are those of Terraform's providers.
        """
        for name in (*([kind] if kind in self._points else []), *sorted(self._loaded)):
            driver = self.get(name)
            if driver.connection_kind == kind and driver.connection is not None:
                return driver.connection.model_json_schema()
        return None


def fit(driver: AnyDriver) -> AnyDriver:
    """The driver itself, or :class:`UnfitDriver` naming the promise that it does not make."""
    mode = getattr(driver, "create_mode", None)
    if mode not in tuple(CreateMode):
        raise UnfitDriver(f"driver {driver.name} must declare create_mode as one of {', '.join(CreateMode)}")
    if mode is CreateMode.FINDABLE and not driver.offers("find"):
        raise UnfitDriver(f"driver {driver.name} says findable and has no find")
    if driver.offers("pause") is not driver.offers("resume"):
        raise UnfitDriver(f"driver {driver.name} has only one of pause and resume")
    for operation in ("create",) if mode is CreateMode.PURE else ("create", "read", "update", "delete"):
        if not driver.offers(operation):
            raise UnfitDriver(f"driver {driver.name} has no {operation}")
    return driver
