"""A secret given to a driver is found again in whatever the driver gives back or says, in all the forms of writing it."""

import base64
from typing import Any
from urllib.parse import quote

import pytest
from pydantic import BaseModel

from bakehouse.drivers.sdk import Context, CreateMode, Driver, PermanentFault, Result, TransientFault
from bakehouse.graph.values import Secret, Text
from bakehouse.plans.apply.sealing import Opened, Sealer
from bakehouse.plans.apply.task import ATTEMPTS
from fakes.engine import Engine, a, ends, out

CLEAR = "c\u00e4n/ary+7 1e%"
GIVEN = Secret("local", "owner/given", "1")


class Access:
    """One secret, and what was sealed."""

    def __init__(self) -> None:
        self.sealed: list[str] = []

    def reveal(self, secret: Secret) -> str:
        return CLEAR

    def version_of(self, secret: Secret) -> str | None:
        return None

    def seal(self, resource_uid: str, field: str, version: str, clear: str) -> Any:
        self.sealed.append(clear)


FORMS = {
    "as it is": CLEAR,
    "inside text": f"https://user:{CLEAR}@host/",
    "quoted for a URL": f"https://user:{quote(CLEAR, safe='')}@host/",
    "in base64": base64.b64encode(CLEAR.encode()).decode(),
    "in base64 for URLs, without its end": base64.urlsafe_b64encode(CLEAR.encode()).decode().rstrip("="),
    "as Python writes it": repr({"password": CLEAR}),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", ["text", "map", "list", "deep"])
def test_an_output_that_holds_a_given_secret_is_secret(form: str, shape: str) -> None:
    access = Access()
    opened = Opened(access)
    opened.reveal(GIVEN)
    value: Any = {
        "text": FORMS[form],
        "map": {"a": FORMS[form]},
        "list": [1, FORMS[form]],
        "deep": {"a": [{"b": FORMS[form]}]},
    }[shape]
    sealed = Sealer(access, lambda ref: None, opened, "uid").seal({"plain": "stays", "field": value}, {})
    assert access.sealed == [FORMS[form]]
    assert sealed["plain"] == "stays"
    assert FORMS[form] not in repr(sealed)


@pytest.mark.scenario(30)
def test_siblings_of_a_secret_inside_a_map_stay_readable() -> None:
    access = Access()
    opened = Opened(access)
    opened.reveal(GIVEN)
    sealed = Sealer(access, lambda ref: None, opened, "uid").seal({"m": {"user": "shop", "pass": CLEAR}}, {})
    assert sealed["m"] == {"user": "shop", "pass": Secret("local", "uid/m.pass", "1")}


def test_a_secret_as_the_key_of_a_map_is_refused() -> None:
    opened = Opened(Access())
    opened.reveal(GIVEN)
    with pytest.raises(PermanentFault) as error:
        Sealer(Access(), lambda ref: None, opened, "uid").seal({"m": {CLEAR: 1}}, {})
    assert CLEAR not in str(error.value)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", [PermanentFault, RuntimeError, KeyError])
def test_no_error_of_a_driver_tells_a_given_secret(engine: Engine, form: str, kind: type[Exception]) -> None:
    engine.run({"db": {}})
    clear = f"clear-{engine.records()[a('db')].uid}-key"
    text = FORMS[form].replace(CLEAR, clear)
    if form.startswith(("quoted", "in base64")):
        text = base64.b64encode(clear.encode()).decode()
    engine.world.faults["create", "web"] = [kind(f"cannot log in with {text}")]
    outcome = engine.run({"db": {}, "web": {"note": out("db", "key")}})
    assert ends(outcome)["web/create"] == "failed"
    assert "***" in str(outcome.failed[0].detail)
    everything = [str(e.body()) for e in engine.events] + [str(s.detail) for s in outcome.failed]
    assert [said for said in everything if clear in said or text in said] == []
    assert clear.encode() not in engine.store.path.read_bytes()


def test_a_hint_and_a_retry_are_scrubbed_too(engine: Engine) -> None:
    engine.run({"db": {}})
    clear = f"clear-{engine.records()[a('db')].uid}-key"
    busy: list[Exception] = [TransientFault(f"busy {clear}", retry_after=0.001) for _ in range(ATTEMPTS - 1)]
    engine.world.faults["create", "web"] = [*busy, PermanentFault("no", hint=f"not with {clear}")]
    outcome = engine.run({"db": {}, "web": {"note": out("db", "key")}})
    assert outcome.failed[0].detail["hint"] == "not with ***"
    assert not [e for e in engine.events if clear in str(e.body())]


class Peek(BaseModel):
    """Inputs and outputs of anything."""

    text: Any = None


class Peeking(Driver[Peek, Peek]):
    """A pure driver that opens the secret it was given, and says it."""

    name = "peek"
    create_mode = CreateMode.PURE
    Inputs, Outputs = Peek, Peek

    def create(self, context: Context, inputs: Peek) -> Result:
        clear = context.reveal(inputs.text)
        if context.address.endswith("bad"):
            raise RuntimeError(f"I saw {clear}")
        return Result({"text": f"I saw {clear}"})


def test_what_a_pure_driver_opens_taints_its_outputs_and_errors(engine: Engine) -> None:
    engine.registry._loaded["peek"] = Peeking()
    engine.run({"db": {}})
    record = engine.records()[a("db")]
    clear = f"clear-{record.uid}-key"
    given = {"text": record.outputs["key"]}
    graph = engine.graph({"good": given, "bad": given}, driver="peek", fields={})
    outcome = engine.apply(engine.plan(graph))
    assert ends(outcome)["good/create"] == "done"
    assert isinstance(engine.records()[a("good")].driver_outputs["text"], Secret)
    assert outcome.failed[0].detail["message"] == "driver peek failed unexpectedly: RuntimeError: I saw ***"
    assert clear.encode() not in engine.store.path.read_bytes()


def test_text_that_holds_a_secret_is_compared_by_its_template_and_reference(engine: Engine) -> None:
    engine.run({"db": {}})
    key = engine.records()[a("db")].outputs["key"]
    things = {"db": {}, "web": {"note": Text(("user:", key, "@host"))}}
    assert engine.run(things).succeeded
    assert engine.world.things[engine.records()[a("web")].token]["note"].startswith("user:clear-")
    assert engine.plan(engine.graph(things)).is_empty
    other_text = {"db": {}, "web": {"note": Text(("root:", key, "@host"))}}
    other_version = {"db": {}, "web": {"note": Text(("user:", Secret("local", key.ref, "2"), "@host"))}}
    for changed in (other_text, other_version):
        assert list(engine.plan(engine.graph(changed)).changes) == [a("web")]
