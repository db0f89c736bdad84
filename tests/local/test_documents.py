"""What is rendered of processes, before there are any. Pure."""

from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.embedded_postgres import EmbeddedPostgres
from bakehouse.drivers.builtin.process import Process
from bakehouse.drivers.builtin.proxy.driver import Proxy
from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import Document, Driver, PermanentFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret, Text, Unknown, fill, leaves

PASSWORD = Secret("local", "db/password", "1")
HOST = Unknown(Address.parse("postgres#web.db"), ("host",), "string")
PORTS = Unknown(Address.parse("endpoint#web"), ("ports",), "object")
VOLUME = Unknown(Address.parse("volume#shared.tickets"), (), "object")
URL = Text(("postgresql://x:", PASSWORD, "@", HOST))


def planned(**containers: Any) -> dict[str, Any]:
    workload = {
        "name": "web",
        "folder": "services/web",
        "metadata": {},
        "service": {"ports": {"www": {"port": 80}}},
        "containers": containers,
    }
    return {
        "target": "process",
        "workload": workload,
        "endpoint": {"host": "h", "ports": PORTS},
        "profiles": [],
    }


@pytest.fixture
def bench(tmp_path: Any) -> Any:
    with Bench(Workload(), tmp_path) as bench:
        yield bench


def test_each_process_is_one_document_in_start_order(bench: Bench) -> None:
    inputs = planned(
        main={
            "command": ["serve"],
            "args": ["--now"],
            "variables": {"URL": URL},
            "files": {"/etc/a": {"content": URL, "mode": "0400"}},
            "volumes": {"/var/t": {"volume": VOLUME, "path": "sub"}},
            "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
        },
        prepare={"command": ["migrate"], "before": {"main": {"ready": "complete"}}},
    )
    prepare, main = bench.render(inputs)
    port = Unknown(PORTS.source, ("ports", "www"), "integer")
    assert main == Document(
        "main.yaml",
        {
            "program": f"{bench.uid}.1.main",
            "restart": True,
            "stop_signal": "TERM",
            "stop_seconds": 10,
            "argv": ["serve", "--now"],
            "cwd": "services/web",
            "environment": {"PORT_WWW": port, "PORT": port, "URL": URL},
            "files": [{"target": "/etc/a", "content": URL, "mode": "0400", "binary": False}],
            "links": [
                {"target": "/var/t", "source": Unknown(VOLUME.source, ("source",), "string"), "path": "sub"}
            ],
            "after": {"prepare": "complete"},
            "ready": {"httpGet": {"path": "/", "port": 80}},
        },
    )
    assert (prepare.name, prepare.body["restart"], prepare.body["after"]) == ("prepare.yaml", False, {})


def test_a_known_volume_is_a_link_to_its_folder(bench: Bench) -> None:
    (main,) = bench.render(
        planned(main={"command": ["a"], "volumes": {"/v": {"volume": {"source": "/data"}}}})
    )
    assert main.body["links"] == [{"target": "/v", "source": "/data", "path": ""}]


def test_a_workload_that_is_not_known_yet_is_its_inputs(bench: Bench) -> None:
    inputs = {**planned(main={"command": ["a"]}), "profiles": Unknown(HOST.source, ("x",), "array")}
    assert bench.render(inputs) == (Document("inputs.yaml", inputs),)


def test_what_could_not_run_is_refused(bench: Bench) -> None:
    with pytest.raises(PermanentFault, match="needs-command: container main of workload web has no command"):
        bench.render(planned(main={"image": "x"}))


def test_a_process_is_its_run_file_and_what_it_waits_for(tmp_path: Path) -> None:
    inputs = {
        "command": ["serve", "--now"],
        "cwd": "tools",
        "environment": {"URL": URL},
        "ready": {"http": {"port": 80}},
    }
    with Bench(Process(), tmp_path) as bench:
        assert bench.render(inputs) == (
            Document(
                "process.yaml",
                {
                    "program": f"{bench.uid}.1.main",
                    "restart": True,
                    "stop_signal": "TERM",
                    "stop_seconds": 10,
                    "argv": ["serve", "--now"],
                    "cwd": "tools",
                    "environment": {"URL": URL},
                    "files": [],
                    "ready": {"http": {"port": 80, "path": "/"}},
                    "timeout": 60.0,
                },
            ),
        )
        unknown = {**inputs, "command": ["serve", HOST]}
        assert bench.render(unknown) == (Document("inputs.yaml", unknown),)


@pytest.mark.parametrize(
    ("driver", "argv"),
    [
        (Proxy(), ["python", "-m", "bakehouse.drivers.builtin.proxy.server", "--port"]),
        (EmbeddedPostgres(), ["postgres", "-D", ".", "-c", "listen_addresses=127.0.0.1", "-c"]),
    ],
)
def test_a_port_that_an_apply_finds_is_unknown_until_it_is_recorded(
    driver: Driver[Any, Any], argv: list[str], tmp_path: Path
) -> None:
    with Bench(driver, tmp_path) as bench:
        (first,) = bench.render({})
        port = Unknown(bench.address, ("port",), "integer")
        assert first.body["argv"][: len(argv)] == argv
        assert leaves(first.body) == [port]
        (later,) = bench.render({}, Held({}, {"port": 8081}, {}, bench.uid))
        assert later.body == fill(first.body, lambda leaf: 8081)
