"""The drivers of the local target keep every promise of the contract."""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bakehouse.drivers.builtin.endpoint import Endpoint
from bakehouse.drivers.builtin.local.ports import PortReservations, user_runtime
from bakehouse.drivers.builtin.local.supervisor import Supervisor
from bakehouse.drivers.builtin.local_dns import LocalDns
from bakehouse.drivers.builtin.process import Process
from bakehouse.drivers.builtin.proxy.driver import Proxy
from bakehouse.drivers.builtin.route import Route
from bakehouse.drivers.builtin.volume import Volume
from bakehouse.drivers.builtin.workload.driver import Workload
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, PermanentFault
from bakehouse.graph.values import Text, Value
from local_target import eventually, free_port, processes_of


def programs(bench: Bench) -> int:
    return len(Supervisor(bench.workspace).names())


def reservations(bench: Bench) -> int:
    """How many tokens hold ports; ports of other tests are not seen, each worker has a runtime folder of its own."""
    return len(PortReservations(bench.workspace, bench.context().token).held())


@pytest.fixture
def nothing_left(bench: Bench, tmp_path: Path) -> Iterator[None]:
    """What a create that failed half-way left is removed by a delete, and then no process is there."""
    yield
    bench.delete(Held({}, {}, {}, bench.uid))
    assert eventually(lambda: not processes_of(tmp_path)), processes_of(tmp_path)
    assert not bench.workspace.runtime.exists()


class TestLocalDns(DriverConformance):
    @pytest.fixture
    def driver(self) -> LocalDns:
        return LocalDns()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {"name": "shop-web", "port": 8080}


@pytest.mark.usefixtures("isolated_home")
class TestEndpoint(DriverConformance):
    @pytest.fixture
    def driver(self) -> Endpoint:
        return Endpoint()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {
            "target": "process",
            "ports": {"www": {"port": free_port()}, "admin": {"port": 80, "targetPort": 9}},
        }

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Any]) -> Mapping[str, Value]:
        return {
            "target": "process",
            "ports": {"www": inputs["ports"]["www"], "dns": {"port": 5353, "protocol": "UDP"}},
        }

    @pytest.fixture
    def remove_it(self) -> InTheWorld:
        return lambda bench, held: shutil.rmtree(user_runtime() / "ports")

    @pytest.fixture
    def break_it(self) -> InTheWorld:
        return lambda bench, held: (user_runtime() / "ports" / str(held.outputs["ports"]["www"])).unlink()

    @pytest.fixture
    def count(self) -> Callable[[Bench], int]:
        return lambda bench: min(1, reservations(bench))


class TestVolume(DriverConformance):
    @pytest.fixture
    def driver(self) -> Volume:
        return Volume()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {"name": "tickets"}

    @pytest.fixture
    def remove_it(self) -> InTheWorld:
        return lambda bench, held: shutil.rmtree(str(held.outputs["source"]))

    @pytest.fixture
    def failing(self) -> tuple[Failing, ...]:
        return (Failing(PermanentFault, {"name": "../out"}),)

    @pytest.fixture
    def count(self) -> Callable[[Bench], int]:
        return lambda bench: len(list(bench.workspace.home.glob("volumes/[a-z]*")))

    @pytest.fixture
    def existing(self) -> Existing:
        def fill(bench: Bench) -> str:
            folder = bench.folder / "old data"
            folder.mkdir()
            (folder / "ticket").write_text("1")
            return str(folder)

        return fill

    def test_an_adopted_folder_keeps_what_it_holds(
        self, bench: Bench, inputs: Mapping[str, Value], existing: Existing
    ) -> None:
        path = existing(bench)
        assert bench.imported(inputs, path).notes == (
            f"{path} is moved into the environment's folder; its folder holds 1 files, 1 bytes",
        )
        held = bench.adopt(inputs, path)
        assert Path(str(held.outputs["source"]), "ticket").read_text() == "1"
        assert not Path(path).exists()
        bench.delete(held)

    def test_the_application_itself_is_no_volume(self, bench: Bench, inputs: Mapping[str, Value]) -> None:
        for place in (bench.workspace.root, bench.workspace.home, bench.folder):
            with pytest.raises(Conflict):
                bench.imported(inputs, str(place))


class TestRoute(DriverConformance):
    @pytest.fixture
    def driver(self) -> Route:
        return Route()

    @pytest.fixture
    def directory(self, tmp_path: Path) -> Path:
        (tmp_path / "routes").mkdir()
        return tmp_path / "routes"

    @pytest.fixture
    def inputs(self, directory: Path) -> Mapping[str, Value]:
        return {
            "target": "process",
            "host": "shop.localhost",
            "path": None,
            "port": 80,
            "endpoint": {"host": "127.0.0.1", "ports": {"www": 20001, "80": 20001}},
            "proxy": {"host": "127.0.0.1", "port": 8080, "directory": str(directory)},
        }

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "path": "/admin", "port": "www"}

    @pytest.fixture
    def remove_it(self, directory: Path) -> InTheWorld:
        return lambda bench, held: next(directory.iterdir()).unlink()

    @pytest.fixture
    def failing(self, inputs: Mapping[str, Value]) -> tuple[Failing, ...]:
        return (
            Failing(PermanentFault, {**inputs, "port": "nope"}),
            Failing(PermanentFault, {**inputs, "host": "two words"}),
            Failing(PermanentFault, {**inputs, "path": "no-slash"}),
        )

    @pytest.fixture
    def count(self, directory: Path) -> Callable[[Bench], int]:
        return lambda bench: len(list(directory.iterdir()))


@pytest.mark.slow
@pytest.mark.usefixtures("isolated_home", "nothing_left")
class TestProxy(DriverConformance):
    @pytest.fixture
    def driver(self) -> Proxy:
        return Proxy()

    @pytest.fixture
    def inputs(self) -> Mapping[str, Value]:
        return {"preferred_port": free_port()}

    @pytest.fixture
    def changed_inputs(self) -> Mapping[str, Value]:
        return {"preferred_port": free_port()}

    @pytest.fixture
    def remove_it(self) -> InTheWorld:
        return lambda bench, held: Supervisor(bench.workspace).stop(held.private["programs"]["proxy"])

    @pytest.fixture
    def count(self) -> Callable[[Bench], int]:
        return programs


SERVE = """
import http.server, os
handler = http.server.SimpleHTTPRequestHandler
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), handler).serve_forever()
"""


@pytest.mark.slow
@pytest.mark.usefixtures("isolated_home", "nothing_left")
class TestWorkload(DriverConformance):
    @pytest.fixture
    def driver(self) -> Workload:
        return Workload()

    @pytest.fixture
    def port(self) -> int:
        return free_port()

    @pytest.fixture
    def inputs(self, vault: Vault, port: int) -> Mapping[str, Value]:
        password = vault.put("password", "clear of password")
        return {
            "target": "process",
            "workload": {
                "name": "web",
                "folder": ".",
                "metadata": {"name": "web"},
                "service": {"ports": {"www": {"port": 80}}},
                "containers": {
                    "main": {
                        "command": [sys.executable, "-c", SERVE],
                        "variables": {"URL": Text(("pg://", password))},
                        "files": {"/etc/app.conf": {"content": Text(("password=", password))}},
                        "readinessProbe": {"httpGet": {"path": "/", "port": 80}},
                    }
                },
            },
            "endpoint": {"host": "127.0.0.1", "ports": {"www": port, "80": port}},
            "profiles": [],
        }

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Any]) -> Mapping[str, Value]:
        main = {**inputs["workload"]["containers"]["main"], "variables": {"OTHER": "1"}}
        return {**inputs, "workload": {**inputs["workload"], "containers": {"main": main}}}

    @pytest.fixture
    def break_it(self) -> InTheWorld:
        def kill(bench: Bench, held: Held) -> None:
            process = Supervisor(bench.workspace).process(held.private["programs"]["main"])
            assert process
            os.kill(process.pid, signal.SIGKILL)
            assert eventually(lambda: not process.alive)

        return kill

    @pytest.fixture
    def remove_it(self) -> InTheWorld:
        return lambda bench, held: Supervisor(bench.workspace).remove(held.private["programs"]["main"])

    @pytest.fixture
    def failing(self, inputs: Mapping[str, Any]) -> tuple[Failing, ...]:
        def having(**main: Any) -> Mapping[str, Value]:
            merged = {**inputs["workload"]["containers"]["main"], **main}
            return {**inputs, "workload": {**inputs["workload"], "containers": {"main": merged}}}

        show = "import os, sys; print(os.environ['URL']); sys.exit(3)"
        return (
            Failing(PermanentFault, having(command=None)),
            Failing(PermanentFault, having(command=["no-such-program"])),
            Failing(PermanentFault, having(command=[sys.executable, "-c", show])),
            Failing(PermanentFault, having(files={"../../etc/x": {"content": "x"}})),
            Failing(PermanentFault, {**inputs, "workload": {**inputs["workload"], "folder": "gone"}}),
        )

    @pytest.fixture
    def count(self) -> Callable[[Bench], int]:
        return programs


@pytest.mark.slow
@pytest.mark.usefixtures("isolated_home", "nothing_left")
class TestProcess(DriverConformance):
    @pytest.fixture
    def driver(self) -> Process:
        return Process()

    @pytest.fixture
    def inputs(self, vault: Vault) -> Mapping[str, Value]:
        port = free_port()
        environment = {"PORT": port, "PASSWORD": vault.put("password", "clear of password")}
        return {
            "command": [sys.executable, "-c", SERVE],
            "environment": environment,
            "ready": {"http": {"port": port}},
        }

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Any]) -> Mapping[str, Value]:
        return {**inputs, "environment": {**inputs["environment"], "OTHER": "1"}}

    @pytest.fixture
    def remove_it(self) -> InTheWorld:
        return lambda bench, held: Supervisor(bench.workspace).stop(held.private["programs"]["process"])

    @pytest.fixture
    def failing(self, inputs: Mapping[str, Any]) -> tuple[Failing, ...]:
        show = "import os, sys; print(os.environ['PASSWORD']); sys.exit(3)"
        return (
            Failing(PermanentFault, {**inputs, "command": ["no-such-program"]}),
            Failing(PermanentFault, {**inputs, "command": [sys.executable, "-c", show]}),
            Failing(PermanentFault, {**inputs, "command": []}),
            Failing(PermanentFault, {**inputs, "cwd": "gone"}),
        )

    @pytest.fixture
    def count(self) -> Callable[[Bench], int]:
        return programs
