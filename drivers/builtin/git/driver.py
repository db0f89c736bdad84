"""The driver itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from ...sdk import Context, CreateMode, Document, Driver, NotFound, PermanentFault, Proposal, Result
from .contents import MARKER, documents, marker, reached, texts
from .folder import brought, folder, removed
from .models import COMPLETE, GitConnection, GitInputs, GitOutputs
from .planning import propose
from .repository import Repository, repository


class Git(Driver[GitInputs, GitOutputs]):
    """One folder. Nothing of it lies on this machine but a copy of the branch."""

    name: ClassVar[str] = "git"
    summary: ClassVar[str] = "what would be applied, as files in a git repository (GitOps)"
    create_mode: ClassVar[CreateMode] = CreateMode.FINDABLE
    connection_kind: ClassVar[str | None] = "git"
    connection: ClassVar[type[BaseModel] | None] = GitConnection
    timeout: ClassVar[float] = 300.0
    plans_live: ClassVar[bool] = True
    Inputs = GitInputs
    Outputs = GitOutputs

    def plan(self, context: Context, planned: Mapping[str, Any]) -> Proposal | None:
        """The commit's changes, file by file."""
        return propose(context, planned)

    def render(
        self, context: Context, planned: Mapping[str, Any], connection: Mapping[str, Any] | None
    ) -> tuple[Document, ...]:
        """The files themselves; the inputs where not even their names are known."""
        return documents(context, planned) or super().render(context, planned, connection)

    def create(self, context: Context, inputs: GitInputs) -> Result:
        """Commit the folder."""
        return _brought(context, inputs)

    def update(self, context: Context, inputs: GitInputs) -> Result:
        """Commit what changed in the folder; nothing, where nothing did."""
        return _brought(context, inputs)

    def read(self, context: Context, inputs: GitInputs | None) -> Result:
        """The folder at the tip of the branch, compared with what was committed."""
        if inputs is None:
            raise PermanentFault("the recorded inputs cannot be read")
        with repository(context) as there:
            found = folder(there, inputs.path)
            if found.uid != context.uid:
                raise NotFound(f"{inputs.path} of the branch is not its folder any more")
            wanted = {MARKER: marker(context).encode()}
            wanted |= {name: text.encode() for name, text in texts(context, _given(inputs)).items()}
            amiss = "; ".join(found.differences(wanted))
            recorded = context.prior.outputs.get("commit") if context.prior else None
            return Result(_outputs(context, there, inputs, str(recorded or there.tip), amiss or COMPLETE))

    def find(self, context: Context) -> Result | None:
        """The folder of the recorded path, where its marker carries the token."""
        path = context.prior.inputs.get("path") if context.prior else None
        if not isinstance(path, str):
            return None
        with repository(context) as there:
            found = folder(there, path)
        return (
            Result({"commit": str(there.tip), "condition": "found by its token"})
            if found.token == context.token
            else None
        )

    def delete(self, context: Context) -> None:
        """Commit the end of the folder that carries the token."""
        path = context.prior.inputs.get("path") if context.prior else None
        if isinstance(path, str):
            with repository(context) as there:
                removed(context, there, path)


def _brought(context: Context, inputs: GitInputs) -> Result:
    written = texts(context, _given(inputs))
    with repository(context) as there:
        commit, made = brought(context, there, inputs.path, written)
    recorded = context.prior.outputs.get("commit") if context.prior and not made else None
    return Result(_outputs(context, there, inputs, str(recorded or commit), COMPLETE))


def _given(inputs: GitInputs) -> dict[str, Any]:
    """The inputs as data, with the values that are sealed as they are."""
    plain = {name: getattr(inputs, name) for name in type(inputs).model_fields}
    ports = {name: port.model_dump(by_alias=True) for name, port in (inputs.ports or {}).items()}
    module = None if inputs.module is None else dict(inputs.module)
    return {**plain, "ports": ports or None, "module": module}


def _outputs(
    context: Context, there: Repository, inputs: GitInputs, commit: str, condition: str
) -> dict[str, Any]:
    where = {"repository": there.connection.url, "branch": there.connection.branch, "path": inputs.path}
    return {**where, "commit": commit, "condition": condition, **reached(context, _given(inputs))}
