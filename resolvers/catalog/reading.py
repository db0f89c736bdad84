"""From one YAML document to the kind that it declares, with all its problems at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ...graph.address import DEFAULT_CLASS
from ...graph.diagnostics import Diagnostic, Findings, Severity, did_you_mean
from ...graph.narrow import is_map
from ...graph.stores import LOCAL
from ...graph.types import ResourceType, Schema
from ...graph.values import Value
from ..report import told
from ..sealed import is_encrypted
from ..secrets import SecretRules, unknown_store, with_secrets
from ..shape import Misfit
from ..source import Document
from .cautions import bad_pattern, bad_patterns, escaping_paths
from .kinds import (
    BuildRule,
    ConnectionKind,
    CoProvision,
    Criterion,
    Dependency,
    EnvironmentType,
    Kind,
    Pack,
    Platform,
    ResourceDefinition,
    Template,
    Variable,
    WorkloadProfile,
)
from .schemas import KINDS, LATER_KINDS, shape
from .templates import template

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?\Z", re.ASCII)


def duration(text: str) -> float:
    """``1h30m``, ``10m`` or ``90s`` as seconds; raises ValueError."""
    found = _DURATION.match(text)
    if not text or found is None:
        raise ValueError(f"'{text}' is no duration")
    hours, minutes, seconds = (int(n or 0) for n in found.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def read_document(
    document: Document, layer: str, findings: Findings, depth: int = 0, rules: SecretRules | None = None
) -> Kind | None:
    """The kind that the document declares; None where it has errors, or is of a kind for later, or encrypted.

    ``depth`` says how many folders below the catalog's own the file lies, ``rules`` which secrets it may name.
    """
    if is_encrypted(document.data):
        return None
    kind = _kind(document, findings)
    if kind is None:
        return None
    misfits = shape(kind).misfits(document.data)
    findings.extend(told(m, document) for m in misfits)
    if misfits:
        return None
    before = len(findings.errors)
    made = _READERS[kind](_Body(document, layer, findings, depth, rules or SecretRules()))
    return made if len(findings.errors) == before else None


def _kind(document: Document, findings: Findings) -> str | None:
    data = document.data
    if not is_map(data):
        message = "a platform file holds maps with the keys kind, metadata and spec"
        findings.add(Diagnostic("wrong-type", message, place=document.at()))
        return None
    kind = data.get("kind")
    if kind in KINDS:
        return str(kind)
    if kind in LATER_KINDS:
        message = f"kind {kind} is not supported yet; this document is kept aside"
        findings.add(
            Diagnostic("kind-not-supported-yet", message, Severity.NOTICE, place=document.at("kind"))
        )
    elif "kind" not in data:
        hint = f"write one of: {', '.join(KINDS)}"
        findings.add(Diagnostic("missing-key", "'kind' is required", place=document.at(), hint=hint))
    else:
        hint = did_you_mean(str(kind)[:100], KINDS, noun="kinds")
        message = f"there is no kind '{str(kind)[:100]}'"
        findings.add(
            Diagnostic("unknown-kind", message, place=document.at("kind"), pointer="/kind", hint=hint)
        )
    return None


class _Body(Struct, frozen=True):
    """A document that fits its schema, and where to put what else is wrong with it."""

    document: Document
    layer: str
    findings: Findings
    depth: int
    rules: SecretRules

    @property
    def name(self) -> str:
        return str(self.document.data["metadata"]["name"])

    @property
    def spec(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document.data.get("spec") or {}
        return found

    def values(self, *path: str | int) -> Value:
        """The data at a path of the spec, with references to secrets read."""
        data: Any = self.spec
        for step in path:
            try:
                data = data[step]
            except KeyError:
                return {}
        return with_secrets(data, self._report("spec", *path), self.rules)

    def problems(self, found: Iterable[Misfit]) -> None:
        """Tell what the schema of the kind cannot say; paths lead from the spec."""
        self.findings.extend(told(misfit, self.document, ("spec",)) for misfit in found)

    def _report(self, *base: str | int) -> Callable[[Misfit], None]:
        return lambda misfit: self.findings.add(told(misfit, self.document, base))


def _platform(body: _Body) -> Platform:
    packs = tuple(
        Pack(p["name"], p.get("source"), p.get("version"), body.document.at("spec", "packs", i))
        for i, p in enumerate(body.spec.get("packs", []))
    )
    return Platform(body.name, body.spec.get("organization", body.name), packs, body.document.at())


def _resource_type(body: _Body) -> ResourceType:
    spec = body.spec
    for part in ("params", "outputs"):
        body.problems(bad_patterns(spec.get(part, {}), (part,)))
    params: Schema = {"type": "object", **spec.get("params", {})}
    outputs: Schema = {"type": "object", **spec.get("outputs", {})}
    return ResourceType(
        name=body.name,
        params=params,
        outputs=outputs,
        open_params="params" not in spec or bool(params.get("additionalProperties", False)),
        open_outputs=bool(outputs.get("additionalProperties", False)),
        data_bearing=spec.get("dataBearing", False),
        endpoint_of=spec.get("endpointOf"),
        unique=tuple(spec.get("unique", ())),
        variables_as_outputs=spec.get("variablesAsOutputs", False),
        description=spec.get("description", ""),
        place=body.document.at(),
    )


def _definition(body: _Body) -> ResourceDefinition:
    spec = body.spec
    body.problems(bad_patterns(spec.get("params", {}), ("params",)))
    body.problems(escaping_paths(spec.get("inputs", {}), ("inputs",), body.depth))
    return ResourceDefinition(
        name=body.name,
        layer=body.layer,
        type=spec["type"],
        driver=spec["driver"],
        match=_match(body),
        body=spec,
        place=body.document.at(),
        places=body.document.below("spec"),
        inputs=body.values("inputs"),
        outputs=body.values("outputs") if "outputs" in spec else None,
        params={"type": "object", **body.values("params")} if "params" in spec else None,
        connection=spec.get("connection"),
        dependencies=tuple(_dependency(body, alias) for alias in spec.get("dependencies", {})),
        co_provision=tuple(_co_provision(body, i) for i in range(len(spec.get("coProvision", [])))),
        on_remove=spec.get("onRemove"),
        create_first=spec.get("replace") == "create-first",
        timeout=duration(spec["timeout"]) if "timeout" in spec else None,
        runner=spec.get("runner"),
    )


def _dependency(body: _Body, alias: str) -> Dependency:
    found = body.spec["dependencies"][alias]
    return Dependency(
        alias=alias,
        type=found["type"],
        class_=found.get("class", DEFAULT_CLASS),
        id=found.get("id"),
        params=body.values("dependencies", alias, "params"),
        place=body.document.at("spec", "dependencies", alias),
    )


def _co_provision(body: _Body, index: int) -> CoProvision:
    found = body.spec["coProvision"][index]
    return CoProvision(
        type=found["type"],
        class_=found.get("class", DEFAULT_CLASS),
        id=found["id"],
        params=body.values("coProvision", index, "params"),
        depends_on_current=found.get("dependsOnCurrent", False),
        copy_dependents=found.get("copyDependents", False),
        place=body.document.at("spec", "coProvision", index),
        index=index,
    )


def _environment_type(body: _Body) -> EnvironmentType:
    spec = body.spec
    body.problems(_keeper(spec.get("secretStore", LOCAL)))
    variables = {
        name: Variable(
            name, body.values("variables", name, "default"), "default" in found, found.get("secret", False)
        )
        for name, found in spec.get("variables", {}).items()
    }
    return EnvironmentType(
        name=body.name,
        layer=body.layer,
        place=body.document.at(),
        connections=spec.get("connections", {}),
        variables=variables,
        secret_store=spec.get("secretStore", LOCAL),
        on_remove=spec.get("onRemove"),
        ephemeral=spec.get("ephemeral") == "allowed",
        order=spec.get("order", 0),
        builds=tuple(_build_rule(body, i, found) for i, found in enumerate(spec.get("builds", ()))),
        require_committed=spec.get("requireCommitted", False),
        description=spec.get("description", ""),
    )


def _keeper(store: str) -> Iterator[Misfit]:
    """What is wrong with a store as the place for secrets that are made or set."""
    unknown = unknown_store(store)
    if unknown is not None:
        yield Misfit(("secretStore",), "secret-store-unknown", *unknown)
    elif store != LOCAL:
        message = f"the store '{store}' is only read from; new secrets cannot be kept in it"
        yield Misfit(("secretStore",), "secret-store-read-only", message, f"write {LOCAL}, or leave it out")


def _build_rule(body: _Body, index: int, found: Mapping[str, Any]) -> BuildRule:
    body.problems(bad_pattern(found["ref"], ("builds", index, "ref")))
    workloads = tuple(found.get("workloads", ("*",)))
    return BuildRule(found["ref"], workloads, found.get("then") == "deploy")


def _profile(body: _Body) -> WorkloadProfile:
    spec = body.spec
    if spec.get("patches") and "target" not in spec:
        hint = "add target: kubernetes, process or compose"
        message = "patches fit one target only, and none is named"
        body.problems([Misfit(("patches",), "missing-key", message, hint)])
    body.problems(_valueless(spec.get("patches", ())))
    return WorkloadProfile(
        name=body.name,
        layer=body.layer,
        match=_match(body),
        target=spec.get("target"),
        defaults=body.values("defaults"),
        patches=tuple(body.values("patches")),
        place=body.document.at(),
        places=body.document.below("spec"),
    )


def _valueless(patches: Sequence[Mapping[str, Any]]) -> Iterator[Misfit]:
    """Operations of patches that write something and do not say what."""
    for number, patch in enumerate(patches):
        for index, step in enumerate(patch.get("json", ())):
            if step["op"] != "remove" and "value" not in step:
                where = ("patches", number, "json", index)
                yield Misfit(where, "missing-key", f"the operation '{step['op']}' needs a value")


def _connection(body: _Body) -> ConnectionKind:
    return ConnectionKind(
        name=body.name,
        layer=body.layer,
        kind=body.spec["kind"],
        values=body.values("values"),
        place=body.document.at(),
        places=body.document.below("spec"),
    )


def _template(body: _Body) -> Template:
    return template(body.document, body.layer, body.findings, body.depth)


_READERS: Mapping[str, Callable[[_Body], Kind]] = {
    "Platform": _platform,
    "ResourceType": _resource_type,
    "ResourceDefinition": _definition,
    "EnvironmentType": _environment_type,
    "WorkloadProfile": _profile,
    "Connection": _connection,
    "Template": _template,
}


def _match(body: _Body) -> tuple[Criterion, ...]:
    entries: list[Mapping[str, str]] = body.spec["match"]
    for index, entry in enumerate(entries):
        if "environment" in entry and "application" not in entry:
            message = f"'{body.name}' matches environment '{entry['environment']}' of every application"
            place = body.document.at("spec", "match", index)
            hint = "name the application, too, if only one is meant"
            body.findings.add(
                Diagnostic("environment-of-every-application", message, Severity.WARNING, place, hint=hint)
            )
    return tuple(
        Criterion(
            e.get("id"), e.get("environment"), e.get("application"), e.get("environmentType"), e.get("class")
        )
        for e in entries
    )
