"""The driver `exec` keeps every promise with the documentation's example, and survives executables that do not."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil
import pytest
from msgspec.structs import replace
from pydantic import ValidationError

from bakehouse.drivers.builtin.exec import Exec, ExecInputs
from bakehouse.drivers.conformance import Bench, DriverConformance, Vault
from bakehouse.drivers.conformance.hooks import Existing, Failing, InTheWorld
from bakehouse.drivers.sdk import (
    Cancellation,
    Cancelled,
    Conflict,
    Fault,
    NotFound,
    PermanentFault,
    TransientFault,
)
from bakehouse.graph.values import Secret, Text, Value
from documented import block
from local_target import eventually

pytestmark = pytest.mark.slow


def executable(folder: Path, text: str, name: str = "driver") -> str:
    path = folder / name
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def script(folder: Path, body: str) -> str:
    """A Python executable with `request` and `answer` at hand."""
    head = "#!/usr/bin/env python3\nimport json, os, sys, time, pathlib\nrequest = json.loads(sys.stdin.readline())\n"
    head += "def answer(**line): print(json.dumps(line), flush=True)\n"
    return executable(folder, head + body)


class TestExec(DriverConformance):
    @pytest.fixture
    def driver(self) -> Exec:
        return Exec()

    @pytest.fixture
    def world(self, tmp_path: Path) -> Path:
        folder = tmp_path / "world"
        folder.mkdir(mode=0o700)
        return folder

    @pytest.fixture
    def inputs(self, tmp_path: Path, world: Path, vault: Vault) -> Mapping[str, Value]:
        command = [executable(tmp_path, block("drivers/exec.md", "python", "request"))]
        given = {"folder": str(world), "text": "rye", "key": vault.put("key", "the clear key")}
        return {"command": command, "inputs": given, "outputs": {"path": {"stable": True}, "text": {}}}

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "inputs": {**inputs["inputs"], "text": "wheat"}}

    @pytest.fixture
    def break_it(self, world: Path) -> InTheWorld:
        return lambda bench, held: (Path(str(held.outputs["path"])).write_text("mouldy"), None)[1]

    @pytest.fixture
    def remove_it(self, world: Path) -> InTheWorld:
        return lambda bench, held: Path(str(held.outputs["path"])).unlink()

    @pytest.fixture
    def existing(self, world: Path) -> Existing:
        def write(bench: Bench) -> str:
            (world / "old.txt").write_text("stale")
            return "old.txt"

        return write

    @pytest.fixture
    def count(self, world: Path) -> Callable[[Bench], int]:
        return lambda bench: len(list(world.iterdir()))

    @pytest.fixture
    def failing(self, inputs: Mapping[str, Value], tmp_path: Path) -> tuple[Failing, ...]:
        return (
            Failing(PermanentFault, {**inputs, "command": ["/nowhere/driver"]}),
            Failing(PermanentFault, {**inputs, "command": ["no-such-program-anywhere"]}),
            Failing(PermanentFault, {**inputs, "command": ["true"]}),
            Failing(PermanentFault, {**inputs, "command": ["cat"]}),
            Failing(PermanentFault, {**inputs, "inputs": {**inputs["inputs"], "folder": "/nowhere"}}),
            Failing(PermanentFault, {**inputs, "outputs": {"other": {}}}),
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(Exec(), tmp_path, seconds=20.0) as bench:
        yield bench


def made(bench: Bench, body: str, **more: Value) -> Mapping[str, Value]:
    return bench.create({"command": [script(bench.folder, body)], **more}).outputs


def test_secrets_reach_the_executable_by_its_input_alone(bench: Bench) -> None:
    secret = bench.vault.put("key", "the clear key")
    body = """
key = request["inputs"]["url"]
seen = any("clear" in text for text in (*sys.argv, *os.environ.values()))
answer(result={"outputs": {"length": len(key), "seen": seen}})
"""
    outputs = made(bench, body, inputs={"url": Text(("key=", secret))})
    assert outputs == {"length": len("key=the clear key"), "seen": False}


def test_the_request_says_which_object_is_meant(bench: Bench) -> None:
    outputs = made(bench, "answer(result={'outputs': {k: v for k, v in request.items() if k != 'inputs'}})")
    token = f"{bench.uid}.1"
    assert {**outputs, "deadline_seconds": 0} == {
        "format": 1, "operation": "create", "address": f"exec#{bench.uid[:8]}", "token": token, "uid": bench.uid,
        "slug": f"shop-local-{bench.uid[:6]}", "generation": 1, "deadline_seconds": 0, "prior": None,
    }  # fmt: skip
    assert 10 < float(str(outputs["deadline_seconds"])) <= 20


def test_secret_outputs_are_closed_and_an_equal_one_is_no_change(bench: Bench) -> None:
    body = "answer(result={'secret_outputs': {'key': 'abc' if request['inputs'].get('same', 1) else 'xyz'}})"
    inputs = {"command": [script(bench.folder, body)]}
    held = bench.create(inputs)
    key = held.outputs["key"]
    assert isinstance(key, Secret)
    assert bench.vault.reveal(key) == "abc"
    assert bench.update(held, inputs).outputs == held.outputs
    assert bench.update(held, {**inputs, "inputs": {"same": 0}}).outputs != held.outputs


def test_a_create_that_is_settled_gives_its_secret_once(bench: Bench) -> None:
    body = "answer(result={'secret_outputs': {'key': (request['prior'] or {'outputs': {'key': 'abcd'}})['outputs']['key']}})"
    held = bench.settle({"command": [script(bench.folder, body)]})
    assert bench.vault.open(held.outputs) == {"key": "abcd"}


def test_private_data_come_back(bench: Bench) -> None:
    body = (
        "answer(result={'private': {'n': (request['prior'] or {'private': {'n': 0}})['private']['n'] + 1}})"
    )
    inputs = {"command": [script(bench.folder, body)]}
    held = bench.create(inputs)
    assert bench.update(held, inputs).private == {"n": 2}


@pytest.mark.parametrize("part", ["outputs", "private"])
def test_a_secret_in_clear_in_its_answer_is_refused(bench: Bench, part: str) -> None:
    secret = bench.vault.put("key", "the clear key")
    body = f"answer(result={{'{part}': {{'a': [{{'b': 'x ' + request['inputs']['key']}}]}}}})"
    with pytest.raises(PermanentFault, match=rf"in clear in {part}\.a") as caught:
        made(bench, body, inputs={"key": secret})
    assert "the clear key" not in str(caught.value)


def test_messages_and_faults_are_scrubbed(bench: Bench) -> None:
    secret = bench.vault.put("key", "the clear key")
    body = """
key = request["inputs"]["key"]
answer(progress=f"using {key}")
answer(fault={"kind": "conflict", "message": f"{key} is taken", "hint": f"not {key}", "owner": "bob"})
"""
    with pytest.raises(Conflict) as caught:
        made(bench, body, inputs={"key": secret})
    assert bench.said == ["using ***"]
    assert (caught.value.message, caught.value.hint, caught.value.owner) == ("*** is taken", "not ***", "bob")
    assert str(caught.value) == "*** is taken"


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        ("transient", TransientFault),
        ("permanent", PermanentFault),
        ("not-found", NotFound),
        ("conflict", Conflict),
    ],
)
def test_each_kind_is_its_fault(bench: Bench, kind: str, fault: type[Fault]) -> None:
    with pytest.raises(fault, match="it said so") as caught:
        made(bench, f"answer(fault={{'kind': '{kind}', 'message': 'it said so', 'retry_after': 5}})")
    assert not isinstance(caught.value, TransientFault) or caught.value.retry_after == 5


@pytest.mark.parametrize(
    ("body", "fault", "said"),
    [
        ("print('hello')", PermanentFault, "no JSON line"),
        ("print('[1]')", PermanentFault, "another form"),
        ("print('{}')", PermanentFault, "not one of progress, result, proposal or fault"),
        ("answer(progress='x', result={})", PermanentFault, "not one of progress, result, proposal or fault"),
        ("answer(result={'output': {}})", PermanentFault, "result.output"),
        ("answer(result={'outputs': {'n': float('nan')}})", PermanentFault, "no JSON line"),
        ("answer(fault={'kind': 'strange', 'message': 'x'})", PermanentFault, "fault.kind"),
        ("sys.stdout.buffer.write(b'\\xff\\xfe\\n')", PermanentFault, "no JSON line"),
        ("print('[' * 100000)", PermanentFault, "no JSON line"),
        ("print('x' * 5_000_000)", PermanentFault, "says too much"),
        (
            "sys.stdout.write('x' * 5_000_000)\nsys.stdout.flush()\ntime.sleep(60)",
            PermanentFault,
            "says too much",
        ),
        ("answer(result={})\nanswer(result={})", PermanentFault, "goes on after its answer"),
        ("answer(result={})\nsys.exit(3)", PermanentFault, "ended with exit code 3 after its answer"),
        ("sys.exit('it broke')", PermanentFault, "exit code 1 without an answer; it said: it broke"),
        ("answer(progress='half way')", PermanentFault, "exit code 0 without an answer"),
        ("os.kill(os.getpid(), 9)", TransientFault, "ended by SIGKILL without an answer"),
        ("1 / 0", PermanentFault, "ZeroDivisionError"),
    ],
)
@pytest.mark.scenario(28)
def test_what_it_does_wrong_is_a_fault(bench: Bench, body: str, fault: type[Fault], said: str) -> None:
    with pytest.raises(fault, match=said):
        made(bench, body)


def test_an_executable_that_cannot_be_run_says_why_and_what_to_correct(bench: Bench) -> None:
    file = bench.workspace.root / "dull"
    file.write_text("no program")
    for command, why in ((["./nowhere"], "No such file"), (["./dull"], "Permission denied")):
        with pytest.raises(PermanentFault, match=f"cannot be run: {why}[^;]*$") as caught:
            bench.create({"command": command, "inputs": {}})
        assert "inputs.command" in str(caught.value.hint)


def test_an_answer_without_a_final_line_end_counts(bench: Bench) -> None:
    assert made(bench, """sys.stdout.write('{"result": {"outputs": {"a": 1}}}')""") == {"a": 1}


def test_a_large_answer_arrives_whole(bench: Bench) -> None:
    assert len(str(made(bench, "answer(result={'outputs': {'a': 'x' * 3_000_000}})")["a"])) == 3_000_000


@pytest.mark.scenario(28)
def test_what_goes_on_too_long_is_stopped_at_the_deadline(bench: Bench) -> None:
    bench.seconds = 1.0
    start = time.monotonic()
    with pytest.raises(TransientFault, match="did not answer in time"):
        made(bench, "pathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)")
    assert time.monotonic() - start < 5
    pid = int((bench.workspace.root / "pid").read_text())
    assert eventually(lambda: not psutil.pid_exists(pid))


def test_what_is_given_up_at_its_deadline_is_told_as_too_slow_and_not_as_stopped(bench: Bench) -> None:
    bench.seconds = 0.5
    inputs = bench.validated({"command": [script(bench.folder, "time.sleep(600)")]})
    token = Cancellation()
    context = bench.context(cancelled=token)
    waiting = threading.Timer(0.5, token.set)
    waiting.start()
    with pytest.raises(TransientFault, match="did not answer in time"):
        bench.driver.create(context, inputs)
    waiting.join()


def test_a_cancelled_call_stops_it_and_what_it_started(bench: Bench) -> None:
    body = """
import subprocess
child = subprocess.Popen(["sleep", "600"])
answer(progress=str(child.pid))
child.wait()
"""
    inputs = bench.validated({"command": [script(bench.folder, body)]})
    token = Cancellation()
    context = bench.context(cancelled=token)
    bench.said.clear()
    list_append = bench.said.append

    def progress(message: str) -> None:
        list_append(message)
        token.set()

    with pytest.raises(Cancelled):
        bench.driver.create(replace(context, progress=progress), inputs)
    assert eventually(lambda: not psutil.pid_exists(int(bench.said[0])))


def test_a_delete_of_what_is_gone_succeeds(bench: Bench) -> None:
    body = "answer(fault={'kind': 'not-found', 'message': 'x'}) if request['operation'] == 'delete' else answer(result={})"
    bench.delete(bench.create({"command": [script(bench.folder, body)]}))


def test_declared_outputs_are_described_and_held_to(bench: Bench) -> None:
    outputs: Mapping[str, Value] = {
        "a": {"type": "string", "stable": True},
        "p": {"secret": True},
        "o": {"optional": True},
    }
    described = Exec().describe({"command": ["x"], "outputs": outputs}).outputs
    assert described["properties"] == {
        "a": {"type": "string", "x-stable": True},
        "p": {"x-secret": True},
        "o": {},
    }
    assert described["required"] == ["a", "p"]
    assert Exec().describe({"command": ["x"]}).outputs["additionalProperties"] is True
    with pytest.raises(PermanentFault, match="b is not declared; a is missing; p is declared secret"):
        made(bench, "answer(result={'outputs': {'b': 1, 'p': 'x'}})", outputs=outputs)


def test_it_knows_nothing_of_our_own_settings(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAKEHOUSE_KEY_FILE", "/somewhere")
    body = """
seen = [name for name in os.environ if name.startswith("BAKEHOUSE_")]
answer(result={"outputs": {"seen": seen, "tmp": os.environ["TMPDIR"]}})
"""
    outputs = made(bench, body)
    assert outputs["seen"] == []
    assert str(outputs["tmp"]).startswith(str(bench.folder / "run"))


@pytest.mark.parametrize("command", [[], ["a\0b"], "driver", [1]])
def test_a_command_is_a_list_of_words(command: object) -> None:
    with pytest.raises(ValidationError):
        ExecInputs.model_validate({"command": command})


def test_a_relative_path_starts_at_the_applications_folder(bench: Bench) -> None:
    script(bench.workspace.root, "answer(result={'outputs': {'cwd': os.getcwd()}})")
    held = bench.create({"command": ["./driver"]})
    assert held.outputs == {"cwd": str(bench.workspace.root)}
