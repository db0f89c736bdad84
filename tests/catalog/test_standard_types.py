"""The resource types that are built in, and the pack for one machine."""

import pytest

from bakehouse.graph.types import ResourceType
from bakehouse.resolvers.catalog import load_catalog
from compiling import application, compiled

# Names, outputs (a star marks a secret, a question mark one that may be left out) and params, as the Score world knows them.
STANDARD = {
    "postgres": "host port name database username password*",
    "postgres-instance": "host port username password*",
    "mysql": "host port name database username password*",
    "mysql-instance": "host port username password*",
    "mssql": "server port connection* database username password*",
    "mongodb": "host port username password* connection*",
    "redis": "host port username password*",
    "amqp": "host port vhost username password*",
    "amqp-instance": "host port management username password*",
    "kafka-topic": "host port name num_partitions",
    "elasticsearch": "host port username password*",
    "s3": "bucket endpoint region access_key_id secret_key* aws_access_key_id aws_secret_key*",
    "dns": "host url?",
    "route": "",
    "volume": "source? claimSpec?",
    "service": "name url",
    "service-port": "hostname port",
    "environment": "",
    "horizontal-pod-autoscaler": "",
    "llm-model": "model url api-key*",
    "azure-blob": "connection_string* account_name account_key* blob_endpoint container",
    "gcp-pubsub-emulator": "host port project_id emulator_host",
    "dapr-pubsub": "name",
    "dapr-state-store": "name",
    "dapr-subscription": "name topic",
}
PARAMS = {
    "route": {"host", "path", "port"},
    "service-port": {"workload", "port"},
    "horizontal-pod-autoscaler": {"minReplicas", "maxReplicas", "targetCPUUtilizationPercentage"},
    "llm-model": {"model", "context_size"},
    "azure-blob": {"container"},
    "gcp-pubsub-emulator": {"project_id"},
    "dapr-subscription": {"topic", "pubsub"},
}
OURS = {
    "workload", "endpoint", "proxy", "k8s-namespace", "k8s-cluster", "base-env", "image-pull-secret", "config", "password",
}  # fmt: skip


def found(name: str) -> ResourceType:
    type_ = load_catalog().type(name)
    assert type_ is not None
    return type_


@pytest.mark.parametrize("name", STANDARD)
def test_a_standard_type_has_exactly_its_outputs_and_params(name: str) -> None:
    type_ = found(name)
    written = [
        f.name + ("*" if f.secret else "") + ("?" if f.optional else "")
        for f in type_.output_fields().values()
    ]
    assert " ".join(written) == STANDARD[name]
    assert set(type_.params.get("properties", {})) == PARAMS.get(name, set())
    assert type_.open_params, "Score files of the wild give any params"
    assert type_.description


def test_there_are_no_other_types() -> None:
    assert {t.name for t in load_catalog().types()} == {*STANDARD, *OURS}


def test_types_that_hold_data_say_so() -> None:
    holding = {t.name for t in load_catalog().types() if t.data_bearing}
    assert holding >= {
        "postgres",
        "postgres-instance",
        "mysql",
        "mssql",
        "mongodb",
        "s3",
        "volume",
        "elasticsearch",
    }
    assert not holding & {"dns", "route", "service", "workload", "endpoint", "config", "environment"}


def test_the_pack_for_one_machine_meets_what_an_application_of_it_may_need() -> None:
    app = application(
        "cfg: {type: config, class: any, params: {x: 1}}",
        web="""
        service: {ports: {www: {port: 80}}}
        containers: {main: {image: ., variables: {V: "${resources.env.X}"}, volumes: {/d: {source: "${resources.disk}"}}}}
        resources:
          db: {type: postgres, class: large}
          stock: {type: mysql}
          tasks: {type: amqp}
          disk: {type: volume}
          dns: {type: dns}
          env: {type: environment}
          route: {type: route, params: {host: "${resources.dns.host}", port: www}}
          web: {type: service}
          port: {type: service-port, params: {workload: web, port: 80}}
        """,
    )
    graph = compiled(app, load_catalog(), variables={"X": "1"})
    assert [str(a) for a in graph.nodes] == [
        "amqp-instance#local", "config.any#shared.cfg", "endpoint#web", "environment#web.env", "mysql-instance#local",
        "postgres-instance#local", "proxy#local", "volume#web.disk", "amqp#web.tasks", "dns#web.dns", "mysql#web.stock",
        "postgres.large#web.db", "service#web.web", "service-port#web.port",
        "route#web.route", "workload#web",
    ]  # fmt: skip
    assert {n.definition.on_remove for n in graph} == {"destroy"}
    assert graph.remarks == ()
