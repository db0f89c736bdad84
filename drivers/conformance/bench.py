"""A small engine for one driver: it reveals, validates, calls and records as the real one does, in a folder of a test."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace
from pydantic import BaseModel, SecretStr

from ...graph.address import Address
from ...graph.identity import context_slug, create_token
from ...graph.narrow import is_list, is_map
from ...graph.values import Secret, Text, Value
from ..marks import SEALED, marked
from ..sdk import (
    Cancellation,
    Context,
    CreateMode,
    Document,
    Driver,
    Fault,
    Imported,
    Prior,
    Proposal,
    Result,
    Status,
    Workspace,
)
from .vault import Vault

AnyDriver = Driver[Any, Any]


class Held(Struct, frozen=True):
    """One object as recorded: its inputs, outputs and private state (secrets as references) and its generation."""

    inputs: Mapping[str, Value]
    outputs: Mapping[str, Value]
    private: Mapping[str, Value]
    uid: str
    generation: int = 1

    def prior(self, schema_version: int = 1) -> Prior:
        """The record as a driver sees it."""
        return Prior(self.inputs, self.outputs, self.private, schema_version)


class Bench(Struct, eq=False, dict=True):
    """Calls ``driver`` as the engine does. ``said`` collects progress messages.

    Use it as a context manager: what a failed create may have left is deleted at the end. Every method raises what
    the driver raises. One bench is one environment: objects differ by their ``uid``.
    """

    driver: AnyDriver
    folder: Path
    connection: BaseModel | None = None
    vault: Vault = field(default_factory=Vault)
    seconds: float = 120.0
    said: list[str] = field(default_factory=list[str])
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))

    def __post_init__(self) -> None:
        self._unfinished: dict[int, Mapping[str, Value]] = {}
        for name in ("root", "home", "run"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        runtime = Path(tempfile.mkdtemp(prefix="bkh-"))
        home, root = self.folder / "home", self.folder / "root"
        (self.folder / "state.db").touch()
        store = f"sqlite:///{self.folder}/state.db"
        uid = str(uuid.uuid4())
        self.workspace = Workspace(
            root,
            home,
            runtime,
            store,
            uuid.uuid4().hex,
            "shop",
            "local",
            uid,
            context_slug("shop", "local", uid),
        )

    def __enter__(self) -> Bench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for generation, inputs in self._unfinished.items():
            with contextlib.suppress(Fault):
                self.delete(Held(inputs, {}, {}, self.uid, generation))
        shutil.rmtree(self.workspace.runtime, ignore_errors=True)

    @property
    def address(self) -> Address:
        """That of the object."""
        return Address.parse(f"{self.driver.name}#{self.uid[:8]}")

    def context(
        self, prior: Prior | None = None, *, generation: int = 1, cancelled: Cancellation | None = None
    ) -> Context:
        """The surroundings of one call."""
        return Context(
            address=str(self.address),
            uid=self.uid,
            slug=f"shop-local-{self.uid[:6]}",
            generation=generation,
            token=create_token(self.uid, generation),
            run_dir=Path(tempfile.mkdtemp(dir=self.folder / "run")),
            workspace=self.workspace,
            reveal=self.vault.reveal,
            prior=prior,
            connection=self.connection,
            progress=self.said.append,
            cancelled=Cancellation() if cancelled is None else cancelled,
            deadline=time.monotonic() + self.seconds,
        )

    def validated(self, inputs: Mapping[str, Value]) -> Any:
        """The driver's model of ``inputs``: secrets revealed but in sealed fields; raises pydantic's ValidationError."""
        sealed = marked(self.driver.Inputs, SEALED)
        opened = {n: v if n in sealed else self.vault.open(v) for n, v in inputs.items()}
        return self.driver.Inputs.model_validate(opened)

    def recorded(self, inputs: Mapping[str, Value], result: Result, generation: int = 1) -> Held:
        """What the engine would write; raises ValidationError where the outputs are not those that the driver declares."""
        plain = _plain(result.outputs)
        self.driver.Outputs.model_validate(_covered(plain))
        outputs = self.vault.close(f"{self.uid}/outputs", plain)
        private = self.vault.close(f"{self.uid}/private", dict(result.private))
        return Held(inputs, outputs, private, self.uid, generation)

    def create(self, inputs: Mapping[str, Value], *, generation: int = 1) -> Held:
        """Create, and record what came."""
        context = self.context(generation=generation)
        self._unfinished[generation] = inputs
        result = self.driver.create(context, self.validated(inputs))
        del self._unfinished[generation]
        return self.recorded(inputs, result, generation)

    def settle(self, inputs: Mapping[str, Value], *, generation: int = 1) -> Held:
        """What the engine does with a create whose outcome it does not know: look or repeat, then update.

        That update's prior outputs are as the driver gave them, a ``SecretStr`` where nothing is stored yet.
        """
        context, model = self.context(generation=generation), self.validated(inputs)
        if self.driver.create_mode is CreateMode.FINDABLE:
            recorded = Prior(inputs, {}, {}, self.driver.schema_version)
            found = self.driver.find(replace(context, prior=recorded))
            if found is None:
                return self.create(inputs, generation=generation)
        else:
            found = self.driver.create(context, model)
        prior = Prior(inputs, _plain(found.outputs), dict(found.private), self.driver.schema_version)
        return self.recorded(inputs, self.driver.update(replace(context, prior=prior), model), generation)

    def find(self, inputs: Mapping[str, Value], *, generation: int = 1) -> Held | None:
        """What ``find`` gives for the token, with the inputs of the intent as the only thing recorded."""
        context = self.context(Prior(inputs, {}, {}, self.driver.schema_version), generation=generation)
        result = self.driver.find(context)
        if result is None:
            return None
        outputs = self.vault.close(self.uid, _plain(result.outputs))
        return Held(inputs, outputs, dict(result.private), self.uid, generation)

    def read(self, held: Held) -> Held:
        """The object as it is now."""
        result = self.driver.read(self._about(held), self.validated(held.inputs))
        return self.recorded(held.inputs, result, held.generation)

    def differences(self, held: Held) -> tuple[str, ...]:
        """What a read says besides outputs about an object that is not as recorded."""
        return self.driver.read(self._about(held), self.validated(held.inputs)).differs

    def update(self, held: Held, inputs: Mapping[str, Value]) -> Held:
        """Bring the object to ``inputs``."""
        result = self.driver.update(self._about(held), self.validated(inputs))
        return self.recorded(inputs, result, held.generation)

    def rotate(self, held: Held, field_name: str | None = None) -> Held:
        """New values for the secret outputs."""
        result = self.driver.rotate(self._about(held), self.validated(held.inputs), field_name)
        return self.recorded(held.inputs, result, held.generation)

    def imported(self, inputs: Mapping[str, Value], external_id: str) -> Imported:
        """What the driver says about an object that exists already."""
        return self.driver.import_(self.context(), external_id, inputs)

    def adopt(self, inputs: Mapping[str, Value], external_id: str) -> Held:
        """Take it over, and record what came."""
        found = self.imported(inputs, external_id)
        outputs = self.vault.close(f"{self.uid}/found", _plain(found.outputs))
        prior = Prior(found.inputs, outputs, dict(found.private), self.driver.schema_version)
        self._unfinished[1] = inputs
        result = self.driver.adopt(self.context(prior), external_id, self.validated(inputs))
        del self._unfinished[1]
        return self.recorded(inputs, result)

    def delete(self, held: Held) -> None:
        """Remove the object."""
        self.driver.delete(self._about(held))

    def status(self, held: Held) -> Status:
        """Whether it runs."""
        return self.driver.status(self._about(held))

    def pause(self, held: Held) -> None:
        """Stop what runs."""
        self.driver.pause(self._about(held))

    def resume(self, held: Held) -> None:
        """Start it again."""
        self.driver.resume(self._about(held))

    def plan(self, planned: Mapping[str, Value], held: Held | None = None) -> Proposal | None:
        """What the driver proposes."""
        context = self.context(held.prior(self.driver.schema_version) if held else None)
        return self.driver.plan(replace(context, connection=self.connection), planned)

    def render(self, planned: Mapping[str, Value], held: Held | None = None) -> tuple[Document, ...]:
        """What the driver shows of the object before an apply. As in the engine, no secret is opened for it."""
        prior = held.prior(self.driver.schema_version) if held else None
        connection = None if self.connection is None else _covered(self.connection.model_dump())
        context = replace(self.context(prior), connection=None, reveal=_closed)
        return self.driver.render(context, planned, connection)

    def _about(self, held: Held) -> Context:
        return self.context(held.prior(self.driver.schema_version), generation=held.generation)


def _closed(secret: Secret) -> str:
    raise AssertionError(f"a secret was opened ({secret.store}:{secret.ref}), and nothing may be")


def _plain(outputs: BaseModel | Mapping[str, Any]) -> dict[str, Any]:
    return dict(outputs)


def _covered(data: Any) -> Any:
    """``data`` with references and secrets as a ``SecretStr``, which is what models declare for them."""
    if isinstance(data, Secret | Text):
        return SecretStr("***")
    if is_map(data):
        return {name: _covered(item) for name, item in data.items()}
    return [_covered(item) for item in data] if is_list(data) else data
