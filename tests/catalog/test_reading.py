"""One document of a platform's files: what is read, and everything that is wrong with it at once."""

import pytest

from bakehouse.graph.diagnostics import Diagnostic, Findings, Severity
from bakehouse.graph.types import ResourceType
from bakehouse.graph.values import Secret
from bakehouse.resolvers.catalog import (
    KINDS,
    ConnectionKind,
    EnvironmentType,
    Platform,
    ResourceDefinition,
    WorkloadProfile,
    schema,
)
from bakehouse.resolvers.catalog.reading import duration, read_document
from bakehouse.resolvers.shape import Shape
from bakehouse.resolvers.source import parse

DEFINITION = """
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: postgres-in-shared-server}
spec:
  type: postgres
  driver: postgres
  match: [{environmentType: development}, {environmentType: staging, class: small}]
  connection: dev-server
  inputs: {database: "${resource.slug}", key: {$secret: {store: env, ref: KEY}}}
  outputs: {host: "${outputs.host}"}
  dependencies: {net: {type: network, class: "@", id: shared}}
  coProvision: [{type: config, id: "@-audit", dependsOnCurrent: true, params: {x: 1}}]
  onRemove: protect
  replace: create-first
  timeout: 1h30m
  runner: eu-private
"""


def read(text: str, depth: int = 0) -> object:
    findings = Findings()
    found = read_document(parse(text.encode(), "a.yaml"), "acme", findings, depth)
    assert list(findings) == []
    return found


def refused(text: str, depth: int = 0) -> list[Diagnostic]:
    findings = Findings()
    assert read_document(parse(text.encode(), "a.yaml"), "acme", findings, depth) is None
    return list(findings)


def test_a_definition_is_read_whole() -> None:
    found = read(DEFINITION)
    assert isinstance(found, ResourceDefinition)
    assert (found.name, found.type, found.driver, found.connection) == (
        "postgres-in-shared-server", "postgres", "postgres", "dev-server",
    )  # fmt: skip
    assert [c.written() for c in found.match] == [
        {"environmentType": "development"}, {"environmentType": "staging", "class": "small"},
    ]  # fmt: skip
    assert found.inputs["key"] == Secret("env", "KEY")
    assert found.body["inputs"]["key"] == {"$secret": {"store": "env", "ref": "KEY"}}, (
        "the body is as written"
    )
    (net,) = found.dependencies
    assert (net.alias, net.type, net.class_, net.id) == ("net", "network", "@", "shared")
    (audit,) = found.co_provision
    assert (audit.id, audit.depends_on_current, audit.copy_dependents, audit.params) == (
        "@-audit", True, False, {"x": 1},
    )  # fmt: skip
    assert (found.on_remove, found.create_first, found.timeout, found.runner) == (
        "protect", True, 5400.0, "eu-private",
    )  # fmt: skip


def test_the_other_kinds_are_read() -> None:
    platform = read("kind: Platform\nmetadata: {name: acme}\nspec: {packs: [{name: aws, source: ../aws}]}")
    assert isinstance(platform, Platform)
    assert (platform.organization, platform.packs[0].source) == ("acme", "../aws")
    environment = read(
        "kind: EnvironmentType\nmetadata: {name: dev}\n"
        "spec: {variables: {A: {default: 1}, B: {secret: true}}, ephemeral: allowed, order: 2}"
    )
    assert isinstance(environment, EnvironmentType)
    assert (environment.ephemeral, environment.order, environment.variables["A"].default) == (True, 2, 1)
    assert environment.variables["B"].secret
    assert not environment.variables["B"].has_default
    profile = read("kind: WorkloadProfile\nmetadata: {name: p}\nspec: {match: [{}]}")
    assert isinstance(profile, WorkloadProfile)
    connection = read(
        "kind: Connection\nmetadata: {name: c}\n"
        "spec: {kind: postgres, values: {host: h, password: {$secret: {store: env, ref: r, version: 3}}}}"
    )
    assert isinstance(connection, ConnectionKind)
    assert connection.values["password"] == Secret("env", "r", "3")
    kind = read("kind: ResourceType\nmetadata: {name: t}\nspec: {params: {properties: {a: {type: string}}}}")
    assert isinstance(kind, ResourceType)
    assert not kind.open_params


def test_all_that_is_wrong_is_told_at_once_with_place_pointer_and_hint() -> None:
    found = refused(
        """
kind: ResourceDefinition
metadata: {name: "../x"}
spec:
  type: postgres
  drivr: template
  match: [{enviromentType: local}]
  timeout: soon
  onRemove: destory
""".lstrip()
    )
    assert [(d.code, d.pointer, str(d.place), d.hint) for d in found] == [
        ("bad-value", "/metadata/name", "a.yaml:2:18", None),
        ("unknown-key", "/spec/drivr", "a.yaml:5:3", "did you mean 'driver'?"),
        ("unknown-key", "/spec/match/0/enviromentType", "a.yaml:6:12", "did you mean 'environmentType'?"),
        ("bad-value", "/spec/timeout", "a.yaml:7:12", None),
        ("bad-value", "/spec/onRemove", "a.yaml:8:13", "did you mean 'destroy'?"),
        ("missing-key", "/spec", "a.yaml:4:3", "add 'driver': the driver that makes it"),
    ]
    assert found[1].message == "spec: 'drivr' is not known here"


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("[1, 2]", "wrong-type", None),
        ("metadata: {name: x}", "missing-key", "write one of: " + ", ".join(KINDS)),
        ("kind: ResourceDefinitoin", "unknown-kind", "did you mean 'ResourceDefinition'?"),
        ("kind: [a]", "unknown-kind", None),
        ("apiVersion: v2\nkind: Platform\nmetadata: {name: x}", "bad-value", None),
    ],
)
def test_what_is_no_document_of_ours_is_told(text: str, code: str, hint: str | None) -> None:
    (found,) = refused(text)
    assert found.code == code
    assert hint is None or found.hint == hint


@pytest.mark.parametrize("kind", ["Policy", "RoleBinding"])
def test_kinds_for_later_are_kept_aside_with_a_notice(kind: str) -> None:
    (found,) = refused(f"kind: {kind}\nmetadata: {{name: x}}\nwhatever: [1]")
    assert (found.code, found.severity) == ("kind-not-supported-yet", Severity.NOTICE)


@pytest.mark.parametrize(
    ("secret", "pointer"),
    [
        ("{$secret: {store: env}}", "/spec/inputs/a/0/$secret"),
        ("{$secret: {store: env, ref: x, versoin: 1}}", "/spec/inputs/a/0/$secret/versoin"),
        ("{$secret: text}", "/spec/inputs/a/0/$secret"),
        ("{$secret: {store: env, ref: x}, more: 1}", "/spec/inputs/a/0/more"),
    ],
)
def test_a_malformed_reference_to_a_secret_is_told(secret: str, pointer: str) -> None:
    (found,) = refused(
        f"kind: ResourceDefinition\nmetadata: {{name: x}}\n"
        f"spec: {{type: t, driver: d, match: [{{}}], inputs: {{a: [{secret}]}}}}"
    )
    assert found.pointer == pointer


@pytest.mark.parametrize(("path", "depth", "fine"), [
    ("./modules/x", 0, True), ("../modules/x", 1, True), ("../modules/x", 0, False), ("./a/../../x", 0, False),
    ("a/../../x", 0, True), ("/etc/passwd", 0, True),
])  # fmt: skip
def test_a_relative_path_in_inputs_stays_inside_the_catalog(path: str, depth: int, fine: bool) -> None:
    text = (
        "kind: ResourceDefinition\nmetadata: {name: x}\n"
        f"spec: {{type: t, driver: d, match: [{{}}], inputs: {{source: {path!r}}}}}"
    )
    if fine:
        assert read(text, depth)
    else:
        assert [d.code for d in refused(text, depth)] == ["path-leaves-catalog"]


def test_patches_name_their_target() -> None:
    (found,) = refused(
        "kind: WorkloadProfile\nmetadata: {name: p}\nspec: {match: [{}], patches: [{merge: {}}]}"
    )
    assert (found.code, found.pointer) == ("missing-key", "/spec/patches")


def test_a_pattern_of_a_type_must_be_readable() -> None:
    (found,) = refused(
        "kind: ResourceType\nmetadata: {name: t}\n"
        "spec: {params: {properties: {a: {type: string, pattern: '['}}}}"
    )
    assert (found.code, found.pointer) == ("bad-value", "/spec/params/properties/a/pattern")


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("10m", 600), ("1h30m", 5400), ("1h1m1s", 3661)])
def test_durations_are_seconds(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_a_schema_of_its_own(kind: str) -> None:
    found = schema(kind)
    assert found["title"] == kind
    assert Shape(found).misfits({"kind": "other"}) != []


def test_there_is_no_schema_of_an_unknown_kind() -> None:
    with pytest.raises(KeyError):
        schema("../Platform")
