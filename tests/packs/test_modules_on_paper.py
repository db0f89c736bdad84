"""The modules of `bakehouse/aws` by OpenTofu, with the schema of the real provider and an account on paper.

What is shown is that their expressions, types, numbers and outputs hold. What AWS says to it is not: see `test_aws.py`.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.nested import LATER
from bakehouse.drivers.builtin.terraform.providers import ProviderSettings
from bakehouse.drivers.conformance.bench import Bench, Held
from bakehouse.drivers.conformance.vault import Vault
from bakehouse.drivers.sdk import PermanentFault, Planned, Proposal
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Unknown, Value
from bakehouse.resolvers.catalog import CatalogSource, load_catalog
from bakehouse.resolvers.shape import Shape
from parts import paper
from parts.paper_schema import MODULES
from parts.terraform import terraform
from parts.tofu import tofu

pytestmark = pytest.mark.slow

OTHER = Address.parse("base-env#main")
TAGS = {"bakehouse.dev/uid": "u-1", "bakehouse.dev/application": "shop"}
PLACE: Mapping[str, Value] = {
    "name": "shop-live-x1",
    "tags": TAGS,
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "client_security_group_ids": ["sg-1", "sg-2"],
}
KEPT: Mapping[str, Value] = {"deletion_protection": False, "final_snapshot": True}
GROUP = {"aws_security_group": 1, "aws_vpc_security_group_ingress_rule": 2}
KEYED: Mapping[str, Value] = {"name": "shop-live-x1", "roles": ["shop-web", "shop-worker"]}


@dataclass(frozen=True)
class Case:
    """A module with good values, the resource type that it meets, and how many objects of each kind it makes."""

    type: str
    variables: Mapping[str, Value]
    makes: Mapping[str, int]


CASES = {
    "broker": Case(
        "amqp",
        {**PLACE, "instance_type": "mq.m7g.medium", "clustered": False},
        {**GROUP, "aws_mq_broker": 1},
    ),
    "bucket": Case(
        "s3",
        {"name": "shop-live-x1", "tags": TAGS, "deletion_protection": True},
        {
            "aws_iam_access_key": 1,
            "aws_iam_user": 1,
            "aws_iam_user_policy": 1,
            "aws_s3_bucket": 1,
            "aws_s3_bucket_ownership_controls": 1,
            "aws_s3_bucket_policy": 1,
            "aws_s3_bucket_public_access_block": 1,
            "aws_s3_bucket_server_side_encryption_configuration": 1,
            "aws_s3_bucket_versioning": 1,
        },
    ),
    "bucket-access": Case("aws-access", {**KEYED, "buckets": ["shop-files"]}, {"aws_iam_role_policy": 2}),
    "cache": Case(
        "redis",
        {**PLACE, "node_type": "cache.t4g.small", "nodes": 2, "final_snapshot": True},
        {**GROUP, "aws_elasticache_replication_group": 1, "aws_elasticache_subnet_group": 1},
    ),
    "database": Case(
        "postgres",
        {
            **PLACE,
            **KEPT,
            "engine": "postgres",
            "engine_version": "17",
            "instance_class": "db.t4g.medium",
            "storage_gb": 20,
        },
        {**GROUP, "aws_db_instance": 1, "aws_db_subnet_group": 1},
    ),
    "documents": Case(
        "mongodb",
        {**PLACE, **KEPT, "instance_class": "db.t4g.medium", "instances": 2},
        {**GROUP, "aws_docdb_cluster": 1, "aws_docdb_cluster_instance": 2, "aws_docdb_subnet_group": 1},
    ),
    "queue": Case(
        "sqs",
        {
            "name": "shop-live-x1",
            "tags": TAGS,
            "visibility_timeout_seconds": 30,
            "retention_seconds": 345600,
            "receives": 5,
        },
        {"aws_sqs_queue": 2, "aws_sqs_queue_redrive_allow_policy": 1},
    ),
    "queue-access": Case(
        "aws-access",
        {**KEYED, "queues": ["arn:aws:sqs:eu-central-1:1:q"]},
        {"aws_iam_role_policy": 2},
    ),
    "record": Case(
        "dns",
        {"name": "shop.example.com", "zone_id": "Z1", "target": "lb.example.com"},
        {"aws_route53_record": 1},
    ),
    "role": Case(
        "aws-role",
        {
            "name": "shop-web",
            "tags": TAGS,
            "cluster": "production",
            "namespace": "shop",
            "service_account": "web",
        },
        {"aws_eks_pod_identity_association": 1, "aws_iam_role": 1},
    ),
}
DATA = {"bucket": "aws_s3_bucket", "cache": "aws_elasticache_replication_group", "queue": "aws_sqs_queue"}
NUMBERED = {"instances", "client_security_group_ids", "roles"}
"""What `count` and `for_each` hang on."""


@dataclass
class Paper:
    """An account, and a bench of the driver in it."""

    account: paper.Account
    bench: Bench
    binary: str

    def inputs(self, module: str, **changed: Value) -> dict[str, Any]:
        """The driver's inputs for a module of the pack with its good values."""
        files = {path.name: path.read_text(encoding="utf-8") for path in sorted((MODULES / module).iterdir())}
        variables = {**CASES[module].variables, **changed}
        return {
            "source": {"path": f"modules/{module}", "files": files},
            "variables": variables,
            "binary": self.binary,
        }

    def planned(self, inputs: Mapping[str, Any], held: Held | None = None) -> Proposal:
        """What the driver proposes; it must not refuse."""
        found = self.bench.plan(inputs, held)
        assert found is not None
        assert found.refused is None
        return found


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CLI configuration with which OpenTofu finds the providers on paper."""
    return paper.configuration(tmp_path_factory.mktemp("paper"), tofu())


@pytest.fixture
def world(tmp_path: Path, settings: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paper]:
    account = paper.Account(tmp_path / "account")
    for name, value in {**account.variables(), "TF_CLI_CONFIG_FILE": str(settings)}.items():
        monkeypatch.setenv(name, value)
    connection = ProviderSettings.model_validate({"region": paper.REGION})
    with Bench(Terraform(), tmp_path / "bench", connection, Vault(), 120) as bench:
        yield Paper(account, bench, str(tofu()))


def unknown(value: Value) -> Value:
    """The value as it is while it comes from a resource that is not there yet; a list keeps its length."""
    if isinstance(value, list):
        return [unknown(item) for item in value]
    if isinstance(value, dict):
        return {name: unknown(item) for name, item in value.items()}
    types = {bool: "boolean", int: "integer", str: "string"}
    return Unknown(OTHER, ("it",), types[type(value)])


def of_kind(kinds: Iterator[str]) -> dict[str, int]:
    """How many objects there are of each kind of AWS."""
    found: dict[str, int] = {}
    for kind in kinds:
        if kind.startswith("aws_"):
            found[kind] = found.get(kind, 0) + 1
    return found


@pytest.mark.parametrize("program", [tofu, terraform])
def test_every_module_is_valid(program: Callable[[], Path], tmp_path: Path) -> None:
    binary = program()
    assert {path.name for path in MODULES.iterdir()} == set(CASES)
    settings = paper.configuration(tmp_path / "settings", binary)
    environment = {**os.environ, "TF_CLI_CONFIG_FILE": str(settings), "TF_DATA_DIR": str(tmp_path / "data")}
    calls = {name: {"source": str(MODULES / name), **case.variables} for name, case in CASES.items()}
    (tmp_path / "main.tf.json").write_text(json.dumps({"module": calls}))

    def run(*words: str) -> str:
        ran = subprocess.run(
            [binary, *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    run("init", "-input=false")
    assert json.loads(run("validate", "-json"))["diagnostics"] == []


@pytest.mark.parametrize("module", sorted(CASES))
def test_a_module_is_planned_made_left_alone_and_taken_away(module: str, world: Paper) -> None:
    case, inputs = CASES[module], world.inputs(module)
    first = world.planned(inputs)
    assert of_kind(str(item["object"]).partition(".")[0] for item in first.nested) == case.makes
    assert {item["action"] for item in first.nested} == {"create"}
    changes = [change for item in first.nested for change in item["changes"]]
    assert changes
    assert not [change for change in changes if change["after"] is None]

    held = world.bench.create(inputs)
    assert world.account.kinds() == case.makes
    again = world.planned(inputs, held)
    assert (again.action, again.nested) == ("no-op", ())
    assert world.bench.differences(held) == ()

    world.bench.delete(held)
    assert world.account.kinds() == {}


@pytest.mark.parametrize("module", sorted(CASES))
def test_a_module_is_planned_while_nothing_of_its_place_is_known(module: str, world: Paper) -> None:
    case = CASES[module]
    later = {
        name: v if name in NUMBERED - {"client_security_group_ids"} else unknown(v)
        for name, v in case.variables.items()
    }
    if module == "database":
        later["engine"] = "postgres"
    found = world.planned(world.inputs(module, **later))
    assert of_kind(str(item["object"]).partition(".")[0] for item in found.nested) == case.makes
    assert LATER in json.dumps(found.nested)


@pytest.mark.parametrize("module", sorted(CASES))
def test_the_outputs_are_those_that_the_resource_type_promises(module: str, world: Paper) -> None:
    case = CASES[module]
    held = world.bench.create(world.inputs(module))
    catalog = load_catalog(CatalogSource.of(str(MODULES.parent), Path("/")))
    promised_type = catalog.type(case.type)
    assert promised_type is not None
    schema = promised_type.outputs
    given = {name: world.bench.vault.open(value) for name, value in held.outputs.items()}
    assert not Shape(schema).misfits(given), given
    promised = schema["properties"]
    assert promised.keys() <= given.keys()
    assert {n for n, v in held.outputs.items() if isinstance(v, Secret)} == {
        name for name, field in promised.items() if field.get("x-secret")
    }
    for secret in (given[name] for name in promised if promised[name].get("x-secret")):
        assert len(secret) >= 16
        assert secret not in json.dumps(world.planned(world.inputs(module), held).nested)
        assert all(secret not in said for said in world.bench.said)
    world.bench.delete(held)


@pytest.mark.parametrize("module", sorted(DATA))
def test_what_somebody_changed_or_deleted_in_the_account_is_seen(module: str, world: Paper) -> None:
    inputs = world.inputs(module)
    held = world.bench.create(inputs)
    kind = DATA[module]
    if module != "queue":
        world.account.change(kind, tags={"somebody": "else"})
        assert world.bench.differences(held) == (f"{kind}.this: an apply would update it",)
        held = world.bench.update(held, inputs)
        assert world.account.only(kind)["tags"] == TAGS
    for one in world.account.objects(kind):
        world.account.lose(kind, one["id"])
    assert f"{kind}.this: an apply would create it" in world.bench.differences(held)
    held = world.bench.update(held, inputs)
    assert world.account.kinds() == CASES[module].makes
    world.bench.delete(held)


@pytest.mark.parametrize(
    ("module", "kind"), [("database", "aws_db_instance"), ("documents", "aws_docdb_cluster")]
)
def test_a_database_is_deleted_only_after_its_protection_was_lifted_and_leaves_a_snapshot(
    module: str, kind: str, world: Paper
) -> None:
    held = world.bench.create(world.inputs(module, deletion_protection=True))
    with pytest.raises(PermanentFault, match="Cannot delete protected"):
        world.bench.delete(held)
    assert world.account.only(kind)["deletion_protection"] is True
    held = world.bench.update(held, world.inputs(module))
    world.bench.delete(held)
    first = world.account.snapshots()
    assert [name.rpartition("-")[0] for name in first] == ["shop-live-x1"]

    held = world.bench.create(world.inputs(module))
    world.bench.delete(held)
    assert len(world.account.snapshots()) == 2
    held = world.bench.create(world.inputs(module, final_snapshot=False))
    world.bench.delete(held)
    assert len(world.account.snapshots()) == 2
    assert world.account.kinds() == {}


@pytest.mark.parametrize(("final", "many"), [(True, 1), (False, 0)])
def test_a_cache_leaves_a_snapshot_where_it_is_asked_for(final: bool, many: int, world: Paper) -> None:
    world.bench.delete(world.bench.create(world.inputs("cache", final_snapshot=final)))
    assert len(world.account.snapshots()) == many


def test_a_bucket_that_holds_anything_stays_while_it_is_protected(world: Paper) -> None:
    held = world.bench.create(world.inputs("bucket"))
    world.account.put("shop-live-x1", "order-1")
    with pytest.raises(PermanentFault, match="BucketNotEmpty"):
        world.bench.delete(held)
    held = world.bench.update(held, world.inputs("bucket", deletion_protection=False))
    world.bench.delete(held)
    assert world.account.kinds() == {}


@pytest.mark.parametrize(
    ("module", "changed", "update", "kind"),
    [
        ("database", {"storage_gb": 40}, {"allocated_storage": 40, "max_allocated_storage": 160}, "aws_db_instance"),
        ("cache", {"nodes": 1}, {"num_cache_clusters": 1, "multi_az_enabled": False}, "aws_elasticache_replication_group"),
        ("broker", {"clustered": True}, {"deployment_mode": "CLUSTER_MULTI_AZ"}, "aws_mq_broker"),
    ],
)  # fmt: skip
def test_a_change_of_a_variable_is_a_change_of_the_object(
    module: str, changed: Mapping[str, Value], update: Mapping[str, Any], kind: str, world: Paper
) -> None:
    held = world.bench.create(world.inputs(module))
    found = world.planned(world.inputs(module, **changed), held)
    (item,) = found.nested
    assert (item["object"], item["action"]) == (f"{kind}.this", "update")
    held = world.bench.update(held, world.inputs(module, **changed))
    assert update.items() <= world.account.only(kind).items()
    world.bench.delete(held)


@pytest.mark.parametrize(
    ("module", "changed", "says"),
    [
        (
            "database",
            {"engine": "oracle"},
            r"inputs\.variables\.engine: .*The engine must be postgres or mysql",
        ),
        ("database", {"storage_gb": "much"}, r"variables\.tf:\d+: .*storage_gb.*a number is required"),
        ("documents", {"instances": -1}, r"modules/documents/main\.tf:\d+: Invalid count argument"),
        ("broker", {"subnet_ids": []}, r"modules/broker/main\.tf:\d+: Invalid function argument"),
        ("database", {"vpc_id": None}, r"inputs\.variables\.vpc_id: .*may not be set to null"),
    ],
)
def test_what_a_module_refuses_is_told_with_its_variable_or_its_line(
    module: str, changed: Mapping[str, Value], says: str, world: Paper
) -> None:
    with pytest.raises(PermanentFault, match=says):
        world.bench.plan(world.inputs(module, **changed))
    assert world.account.kinds() == {}


def test_without_an_account_the_apply_says_so(world: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PAPER_ACCOUNT")
    with pytest.raises(PermanentFault, match="No valid credential sources"):
        world.bench.plan(world.inputs("record"))


def test_a_record_that_exists_in_the_account_is_taken_over(world: Paper) -> None:
    id_ = "Z1_shop.example.com_CNAME"
    value = {
        "id": id_, "zone_id": "Z1", "name": "shop.example.com", "type": "CNAME",
        "ttl": 300, "records": ["old.example.com"], "fqdn": "shop.example.com",
    }  # fmt: skip
    world.account.add("aws_route53_record", value)
    found = world.bench.imported(world.inputs("record"), id_)
    (item,) = found.nested
    assert item["action"] == "import"
    assert {change["path"]: change["after"] for change in item["changes"]} == {
        "allow_overwrite": LATER,
        "records.0": "lb.example.com",
        "ttl": 60,
    }
    held = world.bench.adopt(world.inputs("record"), id_)
    assert world.account.only("aws_route53_record")["records"] == ["lb.example.com"]
    world.bench.delete(held)
    assert world.account.kinds() == {}


def test_the_rights_of_a_role_are_planned_beside_the_bucket_and_the_role_that_they_join(world: Paper) -> None:
    def planned(address: str, module: str, **changed: Value) -> Planned:
        uid = hashlib.sha256(address.encode()).hexdigest()
        context = replace(world.bench.context(), address=address, uid=uid, token=f"{uid}.1")
        return Planned(context, world.inputs(module, **changed))

    def out(address: str, name: str) -> Unknown:
        return Unknown(Address.parse(address), (name,), "string")

    found = world.bench.driver.plan_together(
        [
            planned("aws-role#web", "role", namespace=out("k8s-namespace#main", "name")),
            planned("s3#web.files", "bucket"),
            planned(
                "aws-access.s3#web.files",
                "bucket-access",
                roles=[out("aws-role#web", "name")],
                buckets=[out("s3#web.files", "bucket")],
            ),
        ]
    )
    role, _, access = found
    assert isinstance(role, Proposal)
    assert isinstance(access, Proposal)
    assert role.outputs["name"] == "shop-web"
    (item,) = access.nested
    assert item["object"] == 'aws_iam_role_policy.this["shop-web"]'
    values = {change["path"]: change["after"] for change in item["changes"]}
    assert values["role"] == "shop-web"
    assert "arn:aws:s3:::shop-live-x1/*" in values["policy"]
