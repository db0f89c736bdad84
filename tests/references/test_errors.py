"""What is wrong with a reference: told all at once, at the definition, before anything is touched."""

from pathlib import Path

import pytest

from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from compiling import definition
from references.two import PLATFORM, READ, Two, environment

INPUTS = '{application: platform, environment: local, address: "server#shared.main"}'


def problems(two: Two, name: str = "shop") -> tuple[Diagnostic, ...]:
    with pytest.raises(InvalidInput) as error:
        two.plan(name)
    return error.value.diagnostics


def problem(two: Two, inputs: str) -> Diagnostic:
    two.documents = two.documents.replace(INPUTS, inputs)
    (found,) = problems(two)
    return found


def test_an_environment_that_is_not_there(two: Two) -> None:
    found = problem(two, '{application: platfrom, environment: local, address: "server#shared.main"}')
    assert (found.code, found.address) == ("reference-owner-missing", "server#shared.db")
    assert found.message == (
        "server#shared.db: it reads a resource of platfrom/local, which is not registered in this state"
    )
    assert found.hint == "did you mean 'platform/local'?"
    assert found.place is not None
    assert found.place.file == "layer0/all.yaml"


def test_a_resource_that_is_not_there(two: Two) -> None:
    found = problem(two, '{application: platform, environment: local, address: "server#shared.mian"}')
    assert found.message == (
        "server#shared.db: it reads server#shared.mian of platform/local, where no such resource is recorded"
    )
    assert found.hint == "did you mean 'server#shared.main'?"


def test_an_owner_that_was_never_applied(tmp_path: Path) -> None:
    (found,) = problems(Two(tmp_path))
    assert (found.code, found.hint) == ("reference-owner-missing", "apply platform/local first")


def test_what_is_no_address(two: Two) -> None:
    assert problem(two, "{application: platform, environment: local, address: main}").code == "bad-address"


def test_an_output_that_the_owner_does_not_give(two: Two) -> None:
    two.documents = two.documents.replace(
        READ, READ + '  outputs: {host: "${outputs.hots}", port: 1, key: k}\n'
    )
    (found,) = problems(two)
    assert found.code == "unknown-output"
    assert found.message == (
        "server#shared.db: server#shared.main of platform/local gives no output for 'host', "
        "which type server promises"
    )


def test_an_output_that_the_type_does_not_promise_is_wrong_without_any_owner(two: Two) -> None:
    two.shared["shop"] = 'db: {type: server}\nnote: {type: note, params: {of: "${resources.db.hots}"}}'
    (found,) = problems(two)
    assert (found.code, found.hint) == ("unknown-output", "did you mean 'host'?")


def test_inputs_that_are_known_only_later(two: Two) -> None:
    other = definition(
        "note", "where", inputs="{values: {text: local}}", match="[{application: shop, class: w}]"
    )
    deps = "  dependencies: {w: {type: note, class: w, id: w}}\n"
    changed = READ.replace("environment: local", 'environment: "${dependencies.w.text}"')
    two.documents = two.documents.replace(READ, changed + deps + other)
    (found,) = problems(two)
    assert found.code == "reference-not-known"


def test_a_missing_input_is_told_by_the_compile(two: Two) -> None:
    assert problem(two, "{application: platform, environment: local}").code == "missing-input"


def test_a_reference_to_a_reference_names_what_to_read_instead(two: Two) -> None:
    two.run("shop")
    third = definition(
        "server", "third", driver="reference", match="[{application: third}]",
        inputs='{application: shop, environment: local, address: "server#shared.db"}',
    )  # fmt: skip
    two.documents += third
    two.shared["third"] = "db: {type: server}"
    two.homes["third"] = two.store.register(environment("third"))
    (found,) = problems(two, "third")
    assert (found.code, found.hint) == (
        "reference-to-reference",
        "read what that one reads: address: server#shared.main, application: platform, environment: local",
    )


def test_a_circle_of_environments_is_told_with_every_step(two: Two) -> None:
    two.shared["shop"] += "\nmine: {type: note, params: {of: me}}"
    two.run("shop")
    back = definition(
        "note", "back", driver="reference", match="[{application: platform}]",
        inputs='{application: shop, environment: local, address: "note#shared.mine"}',
    )  # fmt: skip
    two.documents += back
    two.shared["platform"] = f"{PLATFORM}\nback: {{type: note}}"
    (found,) = problems(two, "platform")
    assert found.code == "reference-circle"
    assert found.message == (
        "note#shared.back: it closes a circle of environments: platform/local reads shop/local "
        "(note#shared.back); shop/local reads platform/local (server#shared.db)"
    )


def test_a_reference_into_the_own_environment(two: Two) -> None:
    found = problem(two, '{application: shop, environment: local, address: "server#shared.main"}')
    assert (found.code, found.hint) == (
        "reference-circle", "ask for that resource by its type, class and id",
    )  # fmt: skip


def test_replacing_or_rotating_it_here(two: Two) -> None:
    two.run("shop")
    for options in ({"replace": ("server#shared.db",)}, {"rotate": {"server#shared.db": "*"}}):
        with pytest.raises(InvalidInput) as error:
            two.plan("shop", **options)
        assert error.value.diagnostics[0].code in ("cannot-replace", "cannot-rotate")


def test_all_problems_are_told_at_once(two: Two) -> None:
    two.shared["shop"] = "db: {type: server}\nextra: {type: server}"
    two.documents = two.documents.replace(INPUTS, INPUTS.replace("local", "nowhere"))
    assert [d.address for d in problems(two)] == ["server#shared.db", "server#shared.extra"]
