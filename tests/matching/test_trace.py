"""What a compile says about matching: the trace, unmatched and ambiguous resources, hidden definitions."""

from bakehouse.graph.address import Address
from bakehouse.graph.diagnostics import Severity
from compiling import LOCAL, application, catalog, compiled, definition, problem, problems

MANY = LOCAL + (
    definition("config", "wins", inputs="{values: {}}", match="[{environmentType: local}]")
    + definition("config", "weaker", match="[{}]")
    + definition("config", "elsewhere", match="[{environmentType: production}, {environment: green}]")
    + definition("config", "other-class", match="[{class: big}]")
)  # fmt: skip


def test_the_trace_lists_the_winner_first_and_why_the_others_lost() -> None:
    known = catalog(MANY, definition("config", "behind", match="[{id: shared.aa}]"))
    graph = compiled(application("aa: {type: config}"), known)
    trace = graph.trace(Address("config", "default", "shared.aa"))
    assert [(c.definition, c.rank, c.lost) for c in trace] == [
        ("wins", (0, 0, 0, 1, 1), None),
        ("weaker", (0, 0, 0, 0, 1), "less specific than wins"),
        ("behind", (1, 0, 0, 0, 1), "hidden by layer 'layer0', where wins matches"),
        ("elsewhere", None, "wants environment type 'production', this is 'local'; "
                            "or wants environment 'green', this is 'local'"),
        ("other-class", None, "wants class 'big', this is 'default'"),
    ]  # fmt: skip
    assert trace[0].criterion == {"environmentType": "local"}
    assert str(trace[0].place) == "layer0/all.yaml:5:1"


def test_the_rivals_are_the_part_of_the_trace_that_holds() -> None:
    known = catalog(MANY, definition("config", "behind", match="[{id: shared.aa}]"))
    graph = compiled(application("aa: {type: config}\nbb: {type: config}\ncc: {type: config}"), known)
    here, there, yonder = (Address("config", "default", f"shared.{name}") for name in ("aa", "bb", "cc"))
    assert graph.rivals(here) == graph.trace(here)[:3]
    assert [c.definition for c in graph.rivals(there)] == ["wins", "weaker"]
    assert graph.rivals(there) is graph.rivals(yonder), "what no criterion tells apart is kept once"


def test_a_hidden_definition_that_is_more_specific_is_a_notice() -> None:
    known = catalog(MANY, definition("config", "behind", match="[{id: shared.aa}]"))
    remark = compiled(application("aa: {type: config}"), known).remarks[-1]
    assert (remark.code, remark.severity) == ("definition-shadowed", Severity.NOTICE)


def test_an_unmatched_resource_lists_the_candidates_and_why_each_lost() -> None:
    known = catalog(LOCAL + definition("config", "big", match="[{class: big}]"))
    found = problem(application("aa: {type: config}"), known)
    assert found.code == "no-definition"
    assert found.message == (
        "no definition meets config in environment 'local' of type 'local': "
        "big (layer0/all.yaml:5:1) wants class 'big', this is 'default'"
    )
    assert found.address == "config#shared.aa"


def test_every_unmatched_resource_is_told() -> None:
    found = problems(application("aa: {type: config}\nbb: {type: config}"), catalog(LOCAL))
    assert [d.address for d in found] == ["config#shared.aa", "config#shared.bb"]


def test_ambiguous_definitions_are_told_once_with_both_files() -> None:
    known = catalog(LOCAL + definition("config", "one") + definition("config", "two"))
    found = problem(application("aa: {type: config}\nbb: {type: config}"), known)
    assert found.code == "ambiguous-definition"
    assert found.message == (
        "definitions match equally well: one (layer0/all.yaml:5:1) and two (layer0/all.yaml:12:1)"
    )


def test_an_unknown_environment_type_names_the_nearest() -> None:
    found = problem(application(), catalog(LOCAL), type="locla")
    assert (found.code, found.hint) == ("unknown-environment-type", "did you mean 'local'?")


def test_of_many_ambiguous_definitions_ten_are_named() -> None:
    known = catalog(LOCAL + "".join(definition("config", f"same-{n:02}") for n in range(30)))
    found = problem(application("aa: {type: config}"), known)
    assert found.message.endswith(" and same-09 (layer0/all.yaml:68:1) and 20 more")
