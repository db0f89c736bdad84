"""What is said about an application where no platform is known, and what is said to be left open."""

from bakehouse.graph.application import Application
from bakehouse.graph.diagnostics import Diagnostic, Severity
from bakehouse.resolvers.catalog import load_catalog
from bakehouse.resolvers.validate import Alone, validate_alone, validate_unbound
from compiling import application
from fakes.schemas import FakeSchemas

TYPES = load_catalog()

FINE = """\
service: {ports: {www: {port: 80}}}
containers:
  main:
    image: .
    variables: {A: "${resources.db.host} ${resources.queue.anything} ${resources.env.LEVEL}"}
    volumes: {/data: {source: "${resources.disk}"}}
resources:
  db: {type: postgres, class: large, params: {any: {thing: 1}}}
  queue: {type: acme-queue, params: {x: 1}}
  env: {type: environment}
  disk: {type: volume}
  route: {type: route, params: {host: "${resources.dns.host}", path: /, port: www}}
  dns: {type: dns}
"""


def alone(app: Application) -> Alone:
    return validate_alone(app, TYPES)


def errors(found: Alone) -> list[Diagnostic]:
    return [d for d in found.findings if d.is_error]


def test_what_fits_itself_and_the_standard_types_is_valid_and_the_rest_is_said_to_be_open() -> None:
    found = alone(application("cfg: {type: acme-thing}", web=FINE))
    assert found.findings == ()
    assert found.unchecked == (
        "how workloads and resources are met: that takes a catalog",
        "params and outputs of what is no standard type: acme-queue, acme-thing",
        "variables of the environment: that takes its type",
    )


def test_an_application_of_nothing_leaves_nothing_open() -> None:
    assert alone(application()).unchecked == ()


def test_an_unknown_output_of_a_standard_type_names_the_nearest() -> None:
    text = FINE.replace("${resources.db.host}", "${resources.db.hots}")
    (found,) = errors(alone(application(web=text)))
    assert (found.code, str(found.place), found.message, found.hint) == (
        "unknown-output", "web.yaml:7:20", "type postgres has no output 'hots'", "did you mean 'host'?"
    )  # fmt: skip


def test_a_type_without_outputs_says_so() -> None:
    text = FINE.replace("${resources.db.host}", "${resources.route.url}")
    (found,) = errors(alone(application(web=text)))
    assert (found.message, found.hint) == ("type route has no output 'url'", "it has no outputs")


def test_params_of_a_standard_type_are_checked() -> None:
    text = FINE.replace("path: /", "path: [x]") + "  port: {type: service-port, params: {workload: web}}\n"
    found = errors(alone(application(web=text)))
    assert sorted((d.code, d.message) for d in found) == [
        ("missing-param", "service-port#web.port: 'port' is required"),
        ("wrong-type", "route#web.route: param path: must be text, not a list"),
    ]


def test_a_route_to_an_undeclared_port_is_an_error_with_the_nearest_name() -> None:
    (found,) = errors(alone(application(web=FINE.replace("port: www", "port: ww"))))
    assert (found.code, found.hint) == ("undeclared-port", "did you mean 'www'?")
    (found,) = errors(alone(application(web=FINE.replace("port: www", "port: 8443"))))
    assert (found.code, found.hint) == ("undeclared-port", "its ports: www (80)")


def test_services_of_other_workloads_are_checked_against_them() -> None:
    other = "resources: {wob: {type: service}, web: {type: service}}\n"
    (found,) = errors(alone(application(web=FINE, worker=other)))
    assert (found.code, found.hint) == ("no-endpoint", "did you mean 'web'?")


def test_a_cycle_of_resources_is_found() -> None:
    text = """
    resources:
      aa: {type: xx, params: {v: "${resources.bb.v}"}}
      bb: {type: xx, params: {v: "${resources.aa.v}"}}
    """
    assert [d.code for d in errors(alone(application(web=text)))] == ["cycle"]


def test_params_in_conflict_are_found() -> None:
    app = application(
        web="resources: {it: {type: s3, id: both, params: {x: 1}}}",
        worker="resources: {it: {type: s3, id: both, params: {x: 2}}}",
    )
    assert [d.code for d in errors(alone(app))] == ["params-conflict"]


def test_a_type_that_is_nearly_a_standard_one_is_a_warning() -> None:
    found = alone(application(web="resources: {db: {type: postgress}}"))
    assert [(d.code, d.severity, d.message, d.hint) for d in found.findings] == [
        (
            "unknown-type",
            Severity.WARNING,
            "'postgress' is no standard resource type",
            "did you mean 'postgres'?",
        )
    ]


def test_what_only_this_machine_cannot_meet_is_a_warning_where_nobody_named_a_catalog() -> None:
    text = FINE.replace("${resources.env.LEVEL}", "") + "  topic: {type: kafka-topic}\n"
    found = validate_unbound(application(web=text), TYPES, FakeSchemas())
    assert [(d.code, d.severity) for d in found.findings] == [
        ("no-definition", Severity.WARNING), ("param-not-read", Severity.WARNING)
    ]  # fmt: skip
    assert found.findings[0].message.startswith(
        "in environments of type local: no definition meets kafka-topic"
    )
    met, *others = found.unchecked
    assert met == "how workloads and resources are met on your platform: that takes its catalog"
    assert tuple(others) == alone(application(web=text)).unchecked[1:]


def test_what_is_wrong_anyway_is_told_once() -> None:
    text = FINE.replace("${resources.db.host}", "${resources.db.hots}").replace("${resources.env.LEVEL}", "")
    found = validate_unbound(application(web=text), TYPES, FakeSchemas())
    assert [d.code for d in found.findings if d.is_error] == ["unknown-output"]
    assert len([d for d in found.findings if d.code == "unknown-output"]) == 1
