"""References to secrets, wherever a file may hold them, and what is told about one that leads nowhere."""

from pathlib import Path
from textwrap import dedent

import pytest

from bakehouse.drivers.secrets.sops import Identities, SopsStore
from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from bakehouse.graph.values import Secret, Text
from bakehouse.plans.reports.catalog import named
from bakehouse.resolvers.application import load_application, load_application_from
from bakehouse.resolvers.catalog import Catalog, LayerFiles, Snapshot, load_catalog, load_catalog_from
from compiling import application, catalog, compiled, definition, node

FIXTURES = Path(__file__).parent.parent / "secrets" / "fixtures"
SEALED = (FIXTURES / "values.sops.yaml").read_bytes()
FILE = "secrets/values.sops.yaml"
REF = f"{FILE}#database/password"
TYPE = "kind: EnvironmentType\nmetadata: {name: local}\n"


def layers(text: str, **files: bytes) -> Catalog:
    """A catalog of one layer with further files, `__` in their names for `/`, and the built-in types."""
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in files.items()}
    own = LayerFiles("acme", "platform", {"all.yaml": dedent(text).encode(), **named})
    return load_catalog_from(Snapshot((own, *load_catalog().snapshot.layers[1:])).files())


def with_file(text: str) -> Catalog:
    return layers(text, secrets__values_dot_sops_dot_yaml=SEALED)


def told(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidInput) as error:
        with_file(text)
    return error.value.diagnostics


def secret(store: str = "env", ref: str = "KEY") -> str:
    return f'{{$secret: {{store: {store}, ref: "{ref}"}}}}'


THING = """\
---
kind: ResourceType
metadata: {name: thing}
spec:
  outputs: {type: object, properties: {v: {type: string}, key: {type: string, x-secret: true}}}
"""


def test_inputs_outputs_and_params_of_definitions() -> None:
    known = with_file(
        TYPE
        + THING
        + definition("thing", body=f"params: {{properties: {{key: {{default: {secret()}}}}}}}\n"
                     f"inputs: {{values: {{v: x}}, secrets: {{key: '${{resource.params.key}}'}}}}\n"
                     f"outputs: {{v: '${{outputs.v}}', key: {secret('env', 'OUT')}}}")
    )  # fmt: skip
    thing = node(compiled(application("tt: {type: thing}"), known), "thing#shared.tt")
    assert thing.inputs["secrets"] == {"key": Secret("env", "KEY")}
    assert thing.outputs == {"v": thing.outputs["v"], "key": Secret("env", "OUT")}  # type: ignore[index]


def test_params_of_dependencies_and_co_provisioned_resources() -> None:
    body = f"""
    inputs: {{values: {{v: x}}, secrets: {{key: x}}}}
    dependencies: {{d: {{type: inner, params: {{key: {secret("env", "DEP")}}}}}}}
    coProvision: [{{type: inner, id: "@-beside", params: {{key: {secret("env", "CO")}}}}}]
    """
    inner = THING.replace("thing", "inner") + definition(
        "inner", body="inputs: {values: {v: x}, secrets: {key: '${resource.params.key}'}}"
    )
    known = with_file(TYPE + THING + definition("thing", body=body) + inner)
    graph = compiled(application("tt: {type: thing}"), known)
    given = {str(a): n.inputs["secrets"]["key"] for a, n in graph.nodes.items() if a.type == "inner"}
    assert given == {
        "inner#shared.tt": Secret("env", "DEP"),
        "inner#shared.tt-beside": Secret("env", "CO"),
    }


def test_variables_of_environment_types_and_values_of_connections() -> None:
    known = with_file(
        TYPE
        + f"spec: {{variables: {{DSN: {{default: {secret('sops', REF)}}}}}}}\n---\n"
        + f"kind: Connection\nmetadata: {{name: c}}\nspec: {{kind: any, values: {{p: [{secret()}]}}}}\n"
    )
    kind = known.environment_type("local")
    connection = known.connection("c")
    assert kind is not None
    assert connection is not None
    assert kind.variables["DSN"].default == Secret("sops", REF, version())
    assert connection.values["p"] == [Secret("env", "KEY")]


def test_variables_files_and_patches_of_profiles() -> None:
    known = with_file(
        TYPE
        + f"""\
---
kind: WorkloadProfile
metadata: {{name: p}}
spec:
  match: [{{}}]
  target: process
  defaults:
    containers:
      main:
        variables: {{TOKEN: {secret()}, MIXED: "a ${{var.X}} b"}}
        files: {{/etc/token: {{content: {secret("env", "FILE")}}}}}
  patches: [{{object: {{kind: Process}}, merge: {{environment: {{P: {secret("env", "PATCH")}}}}}}}]
"""
        + definition("workload", driver="workload", body="inputs: {target: process}")
    )
    (shown,) = named(known, "p")["items"]
    assert shown["body"]["defaults"]["containers"]["main"]["variables"]["TOKEN"] == "***"
    graph = compiled(application(web=""), known, variables={"X": Secret("local", "o/X", "1")})
    inputs = node(graph, "workload#web").inputs
    main = inputs["workload"]["containers"]["main"]
    assert main["variables"] == {
        "TOKEN": Secret("env", "KEY"),
        "MIXED": Text(("a ", Secret("local", "o/X", "1"), " b")),
    }
    assert main["files"]["/etc/token"]["content"] == Secret("env", "FILE")
    (profile,) = inputs["profiles"]
    assert profile["patches"][0]["merge"]["environment"]["P"] == Secret("env", "PATCH")


def test_two_equal_profiles_with_different_secrets_are_in_conflict() -> None:
    profiles = "".join(
        f"---\nkind: WorkloadProfile\nmetadata: {{name: {name}}}\nspec: {{match: [{{}}], "
        f"defaults: {{containers: {{main: {{variables: {{T: {secret('env', name)}}}}}}}}}}}\n"
        for name in ("a", "b")
    )
    known = with_file(TYPE + profiles + definition("workload", driver="workload"))
    with pytest.raises(InvalidInput) as error:
        compiled(application(web=""), known)
    assert [d.code for d in error.value.diagnostics] == ["profile-conflict"]


def version() -> str:
    found = SopsStore(lambda path: [SEALED], Identities({})).version_of(REF)
    assert found
    return found


def test_an_encrypted_value_has_the_version_that_its_store_tells() -> None:
    known = with_file(TYPE + f"spec: {{variables: {{DSN: {{default: {secret('sops', './' + REF)}}}}}}}\n")
    kind = known.environment_type("local")
    assert kind is not None
    assert kind.variables["DSN"].default == Secret("sops", REF, version())


def test_an_encrypted_file_declares_nothing_and_is_in_the_snapshot() -> None:
    known = with_file(TYPE)
    assert not known.remarks
    assert known.snapshot.nearest(FILE) == SEALED
    assert load_catalog_from(known.snapshot.files()).snapshot.nearest(FILE) == SEALED


def test_json_counts_where_its_name_says_that_it_is_encrypted(tmp_path: Path) -> None:
    from bakehouse.resolvers.catalog import CatalogSource

    (tmp_path / "values.sops.json").write_bytes((FIXTURES / "values.sops.json").read_bytes())
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "all.yaml").write_text(
        TYPE + f"spec: {{variables: {{T: {{default: {secret('sops', 'values.sops.json#a/list/1')}}}}}}}\n"
    )
    known = load_catalog(CatalogSource.of(str(tmp_path), tmp_path))
    assert set(known.snapshot.layers[0].files) == {"all.yaml", "values.sops.json"}
    kind = known.environment_type("local")
    assert kind is not None
    assert kind.variables["T"].default.version


def connection(reference: str) -> str:
    return (
        TYPE
        + f"---\nkind: Connection\nmetadata: {{name: c}}\nspec:\n  kind: any\n  values:\n    p: {reference}\n"
    )


@pytest.mark.parametrize(
    ("reference", "code", "said", "hint"),
    [
        (secret("lokal", "x"), "secret-store-unknown", "no secret store 'lokal'", "did you mean 'local'?"),
        (
            secret("bank", "x"),
            "secret-store-unknown",
            "no secret store 'bank'",
            "others come with packages",
        ),
        ("{$secret: {store: env}}", "missing-key", "'ref' is required", "add 'ref'"),
        ('{$secret: {store: env, ref: ""}}', "bad-value", "must not be empty", None),
        ("{$secret: {ref: x}}", "missing-key", "'store' is required", "add 'store'"),
        ("{$secret: {store: env, reff: x, ref: y}}", "unknown-key", "'reff'", "did you mean 'ref'?"),
        ("{$secret: KEY}", "wrong-type", "must be a map", None),
        (secret("sops", "secrets/value.sops.yaml#a"), "file-missing", "no file", f"did you mean '{FILE}'?"),
        (secret("sops", f"{FILE}#database/pasword"), "secret-missing", "below database", "'password'?"),
        (secret("sops", f"{FILE}#databse"), "secret-missing", "no 'databse'", "did you mean 'database'?"),
        (secret("sops", f"{FILE}#database"), "secret-reference", "no single value", "/KEY"),
        (secret("sops", f"{FILE}#database/hosts/7"), "secret-missing", "no '7' below", None),
        (secret("sops", f"{FILE}#region_unencrypted"), "secret-not-encrypted", "in clear", "SOPS"),
        (secret("sops", "all.yaml#a"), "secret-not-encrypted", "is not encrypted", "sops encrypt"),
        (secret("sops", FILE), "secret-reference", "expected FILE#KEY", None),
        (secret("sops", f"{FILE}#sops/mac"), "secret-reference", "no secrets", None),
        (secret("sops", "../values.sops.yaml#a"), "path-outside", "leads out", "top of the catalog"),
        (secret("sops", "a/../../b.yaml#a"), "path-outside", "leads out", None),
        (secret("sops", "/etc/passwd.yaml#a"), "path-outside", "leads out", None),
        (secret("sops", "values.txt#a"), "secret-reference", "neither a YAML nor a JSON file", None),
        (f'{{$secret: {{store: sops, ref: "{REF}", version: 3}}}}', "secret-version", "not 3", "leave"),
    ],
)
def test_a_reference_that_leads_nowhere_is_told_at_its_line(
    reference: str, code: str, said: str, hint: str | None
) -> None:
    (found,) = told(connection(reference))
    assert found.code == code
    assert said in found.message
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("platform/all.yaml", 9)
    assert hint is None or hint in (found.hint or "")


@pytest.mark.parametrize(
    ("store", "code"), [("env", "secret-store-read-only"), ("valt", "secret-store-unknown")]
)
def test_new_secrets_need_a_store_that_keeps_them(store: str, code: str) -> None:
    (found,) = told(TYPE + f"spec: {{secretStore: {store}}}\n")
    assert found.code == code
    assert found.pointer == "/spec/secretStore"


@pytest.mark.parametrize("key", ["driver", "type", "connection"])
def test_a_secret_where_a_name_must_stand_is_refused(key: str) -> None:
    names = {"driver": "template", "connection": "any"}
    text = definition(
        secret() if key == "type" else "thing",
        "named",
        **{**names, **({} if key == "type" else {key: secret()})},
    )
    assert {d.code for d in told(TYPE + THING + text)} == {"wrong-type"}


def manifest(params: str) -> dict[str, bytes]:
    head = "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec:\n  shared:\n"
    text = f"{head}    tt:\n      type: thing\n      params:\n        key: {params}\n"
    return {"bakehouse.yaml": text.encode(), "values.sops.yaml": SEALED}


def test_an_application_may_refer_to_its_own_encrypted_files(tmp_path: Path) -> None:
    files = manifest(secret("sops", "values.sops.yaml#database/password"))
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    found = load_application(tmp_path)
    expected = Secret("sops", "application:values.sops.yaml#database/password", version())
    assert found.shared["tt"].params == {"key": expected}
    assert dict(found.sources) == files
    assert load_application_from(found.sources, "shop").shared["tt"].params == {"key": expected}


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        (secret("env", "PROD_ADMIN"), "secret-store-not-allowed"),
        (secret("local", "uid/password"), "secret-store-not-allowed"),
        (secret("sops", "../platform/values.sops.yaml#a"), "path-outside"),
        (secret("sops", "value.sops.yaml#a"), "file-missing"),
        (secret("sops", "values.sops.yaml#database/pasword"), "secret-missing"),
    ],
)
def test_an_application_reaches_no_secret_of_the_platform(reference: str, code: str) -> None:
    with pytest.raises(InvalidInput) as error:
        load_application_from(manifest(reference), "shop")
    (found,) = error.value.diagnostics
    assert found.code == code
    assert found.place is not None
    assert (found.place.file, found.place.line) == ("bakehouse.yaml", 9)


def test_a_map_of_a_score_file_that_looks_like_a_reference_stays_a_map() -> None:
    """Nothing that a developer writes there is ever opened."""
    body = "inputs: {values: {v: '${resource.params.key}'}, secrets: {key: x}}"
    known = catalog(TYPE + THING + definition("thing", body=body) + definition("workload"))
    web = "resources: {tt: {type: thing, params: {key: {$secret: {store: env, ref: PATH}}}}}"
    graph = compiled(application(web=web), known)
    assert isinstance(node(graph, "thing#web.tt").inputs["values"]["v"], dict)
