"""The pack `bakehouse/aws`: its modules against what the provider takes, and the graph that its definitions make."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import hcl2
import pytest

from bakehouse.drivers.registry import Registry
from bakehouse.graph.address import Address
from bakehouse.graph.resources import ResourceGraph
from bakehouse.graph.values import Unknown
from bakehouse.resolvers.catalog import Catalog, CatalogSource, load_catalog
from bakehouse.resolvers.overlaps import overlaps
from compiling import application, compiled
from parts import aws, paper
from parts.tofu import tofu

PROVIDER = {
    **paper.schema("aws")["resource_schemas"],
    **{f"data.{name}": data for name, data in paper.schema("aws")["data_source_schemas"].items()},
}
"""What resources of the provider take and give, as the bindings that are generated from its schema say it."""

PLATFORM = Path(__file__).parents[2] / "examples" / "eks-rds-route53" / "platform"
TAGS = {
    "bakehouse.dev/application": "shop",
    "bakehouse.dev/environment": "live",
}
NAMES = {
    "postgres": "web.database",
    "mysql": "web.other-database",
    "mongodb": "web.documents",
    "redis": "web.cache",
    "amqp": "web.broker",
    "s3": "shared.of-both",
    "sqs": "web.queue",
    "dns": "web.name",
}
"""The id of a resource of each type that the pack meets."""

WEB = """
resources:
  database: {type: postgres}
  other-database: {type: mysql}
  documents: {type: mongodb}
  cache: {type: redis}
  broker: {type: amqp}
  files: {type: s3, id: of-both}
  queue: {type: sqs}
  name: {type: dns}
containers:
  main: {image: x, variables: {DB: "${resources.database.password}"}}
"""


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(CatalogSource.of(str(PLATFORM), Path("/")))


@pytest.fixture(scope="module")
def modules(catalog: Catalog) -> Mapping[str, Mapping[str, str]]:
    """The files of each module by its name."""
    found: dict[str, dict[str, str]] = {}
    (pack,) = (layer for layer in catalog.snapshot.layers if layer.name == "bakehouse/aws")
    for path, content in pack.files.items():
        if path.startswith("modules/"):
            _, module, file = path.split("/")
            found.setdefault(module, {})[file] = content.decode()
    return found


@pytest.fixture(scope="module")
def graph(catalog: Catalog) -> ResourceGraph:
    worker = "resources: {files: {type: s3, id: of-both}}\ncontainers: {main: {image: x}}\n"
    app = application(web=WEB, worker=worker)
    return compiled(app, catalog, Registry(), name="live", type="production")


def given(graph: ResourceGraph, address: str) -> Mapping[str, Any]:
    """The inputs of a resource."""
    return graph.nodes[Address.parse(address)].inputs


def blocks(module: Mapping[str, str]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The resources and data sources of AWS that a module declares."""
    options = hcl2.SerializationOptions(strip_string_quotes=True)
    data: Mapping[str, Any] = hcl2.loads("\n".join(module.values()), serialization_options=options)
    for prefix, kind in (("", "resource"), ("data.", "data")):
        for group in data.get(kind, ()):
            for type_, named in group.items():
                for body in named.values():
                    if type_.startswith("aws_"):
                        yield f"{prefix}{type_}", body


def test_whatever_takes_tags_has_those_of_the_resource(modules: Mapping[str, Mapping[str, str]]) -> None:
    untagged = [
        f"{name}: {type_}"
        for name, module in modules.items()
        for type_, body in blocks(module)
        if "tags" in PROVIDER[type_]["block"]["attributes"] and body.get("tags") != "${var.tags}"
    ]
    assert untagged == []


def test_data_is_encrypted_private_and_kept(modules: Mapping[str, Mapping[str, str]]) -> None:
    found = {type_: body for module in modules.values() for type_, body in blocks(module)}
    database, documents = found["aws_db_instance"], found["aws_docdb_cluster"]
    assert database["storage_encrypted"] is documents["storage_encrypted"] is True
    assert database["publicly_accessible"] is found["aws_mq_broker"]["publicly_accessible"] is False
    for kept in (database, documents):
        assert kept["deletion_protection"] == "${var.deletion_protection}"
        assert kept["skip_final_snapshot"] == "${!var.final_snapshot}"
    cache = found["aws_elasticache_replication_group"]
    assert cache["at_rest_encryption_enabled"] is cache["transit_encryption_enabled"] is True
    closed = found["aws_s3_bucket_public_access_block"]
    assert {value for name, value in closed.items() if name not in ("bucket", "__is_block__")} == {True}
    assert found["aws_sqs_queue"]["sqs_managed_sse_enabled"] is True


def test_every_resource_is_met_by_a_module_that_knows_whose_it_is(graph: ResourceGraph) -> None:
    for type_, id_ in NAMES.items():
        node = graph.nodes[Address.parse(f"{type_}#{id_}")]
        assert node.definition.name == f"aws-{type_}"
        if type_ != "dns":
            uid = {"bakehouse.dev/uid": node.uid}
            assert node.inputs["variables"]["tags"] == {**TAGS, **uid}


def test_passwords_are_secret_for_whoever_uses_them(graph: ResourceGraph) -> None:
    workload = given(graph, "workload#web")["workload"]
    password = workload["containers"]["main"]["variables"]["DB"]
    assert isinstance(password, Unknown)
    assert password.secret


def test_a_role_may_use_what_its_workload_uses_and_nothing_else(graph: ResourceGraph) -> None:
    bucket, queue = (given(graph, f"aws-access.{t}#{NAMES[t]}")["variables"] for t in ("s3", "sqs"))
    assert [str(leaf.source) for leaf in bucket["buckets"]] == ["s3#shared.of-both"]
    assert [str(leaf.source) for leaf in bucket["roles"]] == ["aws-role#web", "aws-role#worker"]
    assert [str(leaf.source) for leaf in queue["queues"]] == ["sqs#web.queue"]
    assert [str(leaf.source) for leaf in queue["roles"]] == ["aws-role#web"]


def test_nothing_of_the_pack_gets_in_the_way_of_anything_else(catalog: Catalog) -> None:
    assert list(overlaps(catalog)) == []


def test_there_is_nothing_to_remark_about_an_application_that_uses_all_of_it(graph: ResourceGraph) -> None:
    assert graph.remarks == ()


@pytest.mark.slow
def test_the_provider_itself_finds_nothing_wrong(
    modules: Mapping[str, Mapping[str, str]], tmp_path: Path
) -> None:
    mirror = aws.mirror()
    if mirror is None:
        pytest.skip(f"NOT TESTED: aws pack: {aws.MISSING}")
    settings = aws.configuration(tmp_path / "settings", mirror)
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(settings), "TF_PLUGIN_CACHE_DIR": str(tmp_path)}
    for name, files in modules.items():
        folder = tmp_path / "modules" / name
        folder.mkdir(parents=True)
        for file, text in files.items():
            (folder / file).write_text(text)
        for words in (("init", "-backend=false"), ("validate",)):
            ran = subprocess.run(
                [tofu(), *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, f"{name}: {ran.stdout}{ran.stderr}"
