"""Objects that exist already and are to become resources: which ones, and what the driver says about each. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from pydantic import SecretStr, ValidationError

from ..drivers.faults import Fault
from ..drivers.result import Imported
from ..graph.address import Address
from ..graph.application import Application
from ..graph.diagnostics import Diagnostic, Place, Severity, did_you_mean
from ..graph.errors import BakehouseError
from ..graph.narrow import is_list, is_map
from ..graph.resources import ResourceNode
from ..graph.values import Value
from .access import SecretAccess
from .apply.operate import opened_connection
from .apply.sealing import Opened
from .bounded import scratch
from .change import Target
from .fitting import told
from .probe import Opening, Probe
from .state.records import ResourceRecord


class Adoption(Struct, frozen=True):
    """One entry of ``spec.adopt`` for this environment: what the object is known by, and the line that says so."""

    external_id: str
    place: Place | None = None


class Found(Struct, frozen=True):
    """What a look at an object gave: its inputs as they would be here, its outputs without secrets, or why not."""

    inputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    outputs: Mapping[str, Value] = field(default_factory=dict[str, Value])
    notes: tuple[str, ...] = ()
    nested: tuple[Mapping[str, Any], ...] = ()
    refused: str | None = None


def adoptions_of(application: Application, environment: str) -> dict[Address, Adoption]:
    """The application's entries for an environment, by the address that each is to have."""
    places = application.places
    return {
        Address.parse(entry["address"]): Adoption(
            entry["id"], places.at("spec", "adopt", index) if places else None
        )
        for index, entry in enumerate(application.adopt)
        if entry["environment"] == environment
    }


def unfit(
    wanted: Mapping[Address, Adoption],
    nodes: Mapping[Address, ResourceNode],
    recorded: Mapping[Address, ResourceRecord],
) -> Iterator[Diagnostic]:
    """Entries about what nobody asks for, and a warning about those whose resource was made by us already."""
    for address, entry in wanted.items():
        record = recorded.get(address)
        if record is None and address not in nodes:
            yield Diagnostic(
                "adopted-by-nothing",
                f"{entry.external_id} is to be adopted as {address}, which the application does not ask for",
                place=entry.place,
                address=str(address),
                hint=did_you_mean(str(address), [str(a) for a in nodes], noun="asked for"),
            )
        elif record is not None and not record.adopted:
            yield Diagnostic(
                "adopt-too-late",
                f"{address} is recorded already, with an object of its own; {entry.external_id} is not adopted",
                Severity.WARNING,
                place=entry.place,
                address=str(address),
                hint="destroy the resource first, or take the entry out",
            )


class Adoptions:
    """The adoptions that are due in one plan."""

    def __init__(self, wanted: Mapping[Address, Adoption], probe: Probe, secrets: SecretAccess) -> None:
        self._wanted = wanted
        self._probe = probe
        self._secrets = secrets

    def of(self, address: Address, record: ResourceRecord | None) -> Adoption | None:
        """What is to be adopted at an address: of an unrecorded resource, or by one whose adoption is not done."""
        if record is None:
            return self._wanted.get(address)
        if record.half_adopted and record.external_id is not None:
            entry = self._wanted.get(address)
            return Adoption(record.external_id, entry.place if entry else None)
        return None

    def look(self, node: ResourceNode, target: Target, external_id: str) -> Found:
        """Ask the driver about the object; this opens the secrets that its connection and its inputs hold."""
        driver = self._probe.driver(node.driver, str(node.address))
        if not driver.offers("import_"):
            return Found(refused=f"cannot-adopt: driver {node.driver} cannot adopt what exists already")
        opened = Opened(self._secrets)
        try:
            with scratch() as folder:
                connection = opened_connection(driver, target.connection, opened)
                opening = Opening(Path(folder), opened.reveal, connection)
                return _told(self._probe.found(node, target.inputs, external_id, opening), opened)
        except Fault as fault:
            said = fault.message if fault.hint is None else f"{fault.message}; {fault.hint}"
            return Found(refused=f"cannot-adopt: {opened.scrub(said)}")
        except ValidationError as error:
            return Found(refused=f"cannot-adopt: {opened.scrub(told(error.errors()))}")
        except BakehouseError as error:
            return Found(refused=f"cannot-adopt: {opened.scrub(error.diagnostics[0].message)}")
        except Exception as error:
            said = f"driver {driver.name} failed unexpectedly: {type(error).__name__}: {error}"
            return Found(refused=f"cannot-adopt: {opened.scrub(said)}")


def _told(found: Imported, opened: Opened) -> Found:
    """What may stand in a plan: no secret, whatever the driver put where."""
    outputs = {k: v for k, v in dict(found.outputs).items() if not _secret(v, opened)}
    inputs = {k: _hidden(v, opened) for k, v in found.inputs.items()}
    nested: tuple[Mapping[str, Any], ...] = tuple(_hidden(item, opened) for item in found.nested)
    return Found(inputs, outputs, tuple(opened.scrub(note) for note in found.notes), nested)


def _secret(value: object, opened: Opened) -> bool:
    if isinstance(value, SecretStr):
        return True
    if isinstance(value, str):
        return opened.taints(value)
    parts: Iterable[object] = value.values() if is_map(value) else value if is_list(value) else ()
    return any(_secret(part, opened) for part in parts)


def _hidden(value: Any, opened: Opened) -> Any:
    if isinstance(value, str):
        return opened.scrub(value)
    if is_map(value):
        return {k: _hidden(v, opened) for k, v in value.items()}
    return [_hidden(v, opened) for v in value] if is_list(value) else value
