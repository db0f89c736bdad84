"""What overrides make of Score files, where the parts then stand, and what is told of those that cannot be laid."""

import json
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.application import Application, Workload
from bakehouse.graph.diagnostics import Diagnostic, Severity
from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.application import load_application_from
from bakehouse.resolvers.score import RECORD, Written

WEB = """\
apiVersion: score.dev/v1b1
metadata: {name: web, annotations: {example.com/team: shop}}
containers:
  main:
    image: nginx
    args: [a, b]
    variables:
      A: x
      B: ${resources.db.host}
    readinessProbe:
      httpGet: {path: /, port: 8080, httpHeaders: [{name: One, value: "1"}]}
service:
  ports:
    www: {port: 8080}
resources:
  db: {type: postgres, params: {size: {cpu: 1}}}
"""

WORKER = "apiVersion: score.dev/v1b1\nmetadata: {name: worker}\ncontainers: {main: {image: busybox}}\n"

LISTED = "apiVersion: bakehouse.dev/v1\nkind: Application\nmetadata: {name: shop}\nspec: {workloads: ['*/score.yaml']}\n"

MAIN = ("containers", "main")


def read(*properties: str, workers: int = 0, **files: str) -> Application:
    """An application of `web` and perhaps `worker`, overridden by files (`p` is p.yaml) and by properties."""
    given = tuple((f"{name}.yaml", dedent(text).encode()) for name, text in files.items())
    sources = {"score.yaml": WEB.encode()}
    if workers:
        sources = {
            "bakehouse.yaml": LISTED.encode(),
            "web/score.yaml": WEB.encode(),
            "worker/score.yaml": WORKER.encode(),
        }
    written = Written(given, properties)
    return load_application_from(sources | ({RECORD: written.recorded()} if written else {}), "shop")


def web(*properties: str, **files: str) -> Workload:
    return read(*properties, workers=0, **files).workloads["web"]


def main(*properties: str, **files: str) -> Any:
    return web(*properties, **files).containers["main"]


def refused(*properties: str, workers: int = 0, **files: str) -> list[Diagnostic]:
    with pytest.raises(InvalidInput) as raised:
        read(*properties, workers=workers, **files)
    return list(raised.value.diagnostics)


def told(found: list[Diagnostic]) -> list[tuple[str, str, str, str | None]]:
    return [(d.code, str(d.place), d.message, d.hint) for d in found]


def test_maps_are_merged_lists_are_replaced_and_null_takes_a_key_away() -> None:
    found = main(p="containers: {main: {image: other, args: [c], variables: {A: null, C: z, D: null}}}")
    assert (found["image"], found["args"]) == ("other", ["c"])
    assert found["variables"] == {"B": "${resources.db.host}", "C": "z"}


def test_null_inside_what_is_new_is_left_out_too() -> None:
    assert main(p="containers: {main: {resources: {limits: {cpu: '1', memory: null}}}}")["resources"] == {
        "limits": {"cpu": "1"}
    }


def test_files_are_laid_in_their_order_and_properties_upon_them() -> None:
    found = main(
        "containers.main.variables.A=third",
        one="containers: {main: {image: first, variables: {A: first, C: first}}}",
        two="containers: {main: {image: second, variables: {A: second}}}",
    )
    assert found["image"] == "second"
    assert found["variables"] == {"A": "third", "B": "${resources.db.host}", "C": "first"}


@pytest.mark.parametrize(
    ("written", "path", "value"),
    [
        ("containers.main.image=web:2", (*MAIN, "image"), "web:2"),
        ("containers.main.image=a=b", (*MAIN, "image"), "a=b"),
        ('containers.main.variables.N="1"', (*MAIN, "variables", "N"), "1"),
        ("containers.main.variables.N=no", (*MAIN, "variables", "N"), "no"),
        ("containers.main.args=[x]", (*MAIN, "args"), ["x"]),
        ("containers.main.args.1=z", (*MAIN, "args"), ["a", "z"]),
        ("containers.main.args.-1=c", (*MAIN, "args"), ["a", "b", "c"]),
        ("containers.main.args.0=", (*MAIN, "args"), ["b"]),
        ("containers.main.command.-1=run", (*MAIN, "command"), ["run"]),
        ("containers.main.readinessProbe.httpGet.httpHeaders.0.value=x",
         (*MAIN, "readinessProbe", "httpGet", "httpHeaders"), [{"name": "One", "value": "x"}]),
        ("containers.main.readinessProbe.httpGet.httpHeaders.-1={name: Two, value: y}",
         (*MAIN, "readinessProbe", "httpGet", "httpHeaders"),
         [{"name": "One", "value": "1"}, {"name": "Two", "value": "y"}]),
        ("containers.main.resources.limits.cpu='2'", (*MAIN, "resources"), {"limits": {"cpu": "2"}}),
        ("containers.main.variables.A=", (*MAIN, "variables"), {"B": "${resources.db.host}"}),
        ("containers.main.variables.A=null", (*MAIN, "variables"), {"B": "${resources.db.host}"}),
        ("web:containers.main.image=other", (*MAIN, "image"), "other"),
        ("service.ports.80={port: 80.0}", ("service", "ports"), {"www": {"port": 8080}, "80": {"port": 80}}),
        (r"metadata.annotations.example\.com/team=ops", ("metadata", "annotations"), {"example.com/team": "ops"}),
        (r"metadata.back\\slash=x", ("metadata", "back\\slash"), "x"),
        (r"metadata.a\b=x", ("metadata", "a\\b"), "x"),
        (r"metadata.a\=b=x", ("metadata", "a=b"), "x"),
        (r"metadata.end\\.x=y", ("metadata", "end\\"), {"x": "y"}),
        ("metadata.a:b=x", ("metadata", "a:b"), "x"),
    ],
)  # fmt: skip
def test_a_property_sets_one_value(written: str, path: tuple[str, ...], value: object) -> None:
    workload = web(written)
    found: Any = {
        "metadata": workload.metadata,
        "service": workload.service,
        "containers": workload.containers,
    }
    for step in path:
        found = found[step]
    assert found == value


def test_what_a_resource_asks_for_can_be_overridden() -> None:
    db = web("resources.db.class=large", p="resources: {db: {params: {size: {memory: 2}}}}").resources["db"]
    assert (db.class_, db.params) == ("large", {"size": {"cpu": 1, "memory": 2}})
    assert str(db.place) == "--override-property resources.db.class"


def test_every_part_stands_where_it_was_written() -> None:
    workload = web(
        "containers.main.args.-1=c",
        p="""\
        containers:
          main:
            image: other
            variables:
              A: null
              C: z
        """,
    )
    assert {
        "image": str(workload.places.at(*MAIN, "image")),
        "A, which is gone": str(workload.places.at(*MAIN, "variables", "A")),
        "B": str(workload.places.at(*MAIN, "variables", "B")),
        "C": str(workload.places.at(*MAIN, "variables", "C")),
        "the second argument": str(workload.places.at(*MAIN, "args", 1)),
        "the third argument": str(workload.places.at(*MAIN, "args", 2)),
    } == {
        "image": "p.yaml:3:12",
        "A, which is gone": "p.yaml:5:10",
        "B": "score.yaml:9:10",
        "C": "p.yaml:6:10",
        "the second argument": "score.yaml:6:15",
        "the third argument": "--override-property containers.main.args.-1",
    }


def test_a_file_names_its_workload_and_may_hold_several() -> None:
    app = read(
        "worker:containers.main.args.-1=x",
        workers=1,
        p="""\
        metadata: {name: web}
        containers: {main: {image: one}}
        ---
        metadata: {name: worker, tier: back}
        containers: {main: {image: two}}
        """,
    )
    assert [app.workloads[n].containers["main"]["image"] for n in ("web", "worker")] == ["one", "two"]
    assert app.workloads["worker"].containers["main"]["args"] == ["x"]
    assert app.workloads["worker"].metadata == {"name": "worker", "tier": "back"}
    assert str(app.workloads["worker"].places.at(*MAIN, "image")) == "p.yaml:5:28"
    assert app.overrides == ("p.yaml", "--override-property worker:containers.main.args.-1")


def test_with_several_workloads_an_override_says_which_it_is_for() -> None:
    found = refused("containers.main.image=x", workers=1, p="containers: {main: {image: y}}")
    assert told(found) == [
        ("bad-override", "p.yaml:1:1", "the override does not say which of 2 workloads it is for",
         "name it by metadata.name in the file; workloads: web, worker"),
        ("bad-override", "--override-property containers.main.image",
         "the override does not say which of 2 workloads it is for",
         "write --override-property web:PATH=VALUE; workloads: web, worker"),
    ]  # fmt: skip


def test_a_workload_that_does_not_exist_is_told_with_the_nearest_name() -> None:
    found = refused("wob:containers.main.image=x", p="metadata:\n  name: weeb\n")
    assert told(found) == [
        ("bad-override", "p.yaml:2:9", "the override is for a workload 'weeb', which does not exist", "did you mean 'web'?"),
        ("bad-override", "--override-property wob:containers.main.image",
         "the override is for a workload 'wob', which does not exist", "did you mean 'web'?"),
    ]  # fmt: skip


FORM = "write [WORKLOAD:]PATH=VALUE, such as containers.main.image=web:2"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("containers.main.args.2=x", "containers.main.args is a list without an item 2: its items are 0 to 1"),
        ("containers.main.args.2=", "containers.main.args is a list without an item 2: its items are 0 to 1"),
        ("containers.main.args.-1=", "containers.main.args is a list without an item -1: its items are 0 to 1"),
        ("containers.main.args.-2=x", "containers.main.args is a list without an item -2: its items are 0 to 1"),
        ("containers.main.args.9999999999=x", "containers.main.args is a list, and '9999999999' is no index of one"),
        ("containers.main.args.x=x", "containers.main.args is a list, and 'x' is no index of one"),
        ("containers.main.args.\u0661=x", "containers.main.args is a list, and '\u0661' is no index of one"),
        ("containers.main.args.5.x=1", "containers.main.args is a list without an item 5: its items are 0 to 1"),
        ("containers.main.image.tag=x", "containers.main.image is neither a map nor a list, so that it has no 'tag'"),
        ("containers.main.image", "this is no property with a value"),
        ("=x", "this is no property with a value"),
        ("", "this is no property with a value"),
        ("web:=x", "this is no property with a value"),
        ("containers..image=x", "this is no property with a value"),
        ("containers.=x", "this is no property with a value"),
        ("metadata.name=shop", "a workload's name cannot be overridden"),
        (".".join(["a"] * 101) + "=x", "the path has more than 100 steps"),
    ],
)  # fmt: skip
def test_a_property_that_cannot_be_laid_is_told(written: str, message: str) -> None:
    (found,) = refused(written)
    assert (found.code, found.message) == ("bad-override", message)
    assert str(found.place) == f"--override-property {written.partition('=')[0]}"[:220]
    assert found.hint == FORM or message != "this is no property with a value"


def test_a_value_that_is_no_yaml_is_told_and_never_repeated() -> None:
    (found,) = refused("containers.main.variables.TOKEN={planted")
    assert (found.code, str(found.place)) == (
        "yaml-syntax",
        "--override-property containers.main.variables.TOKEN",
    )
    assert "planted" not in repr(found)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("- a", "bad-override", "p.yaml:1:1"),
        ("just text", "bad-override", "p.yaml:1:1"),
        ("metadata:\n  name: null", "bad-override", "p.yaml:2:9"),
        ("metadata: {name: [web]}", "bad-override", "p.yaml:1:18"),
        ("containers: {", "yaml-syntax", "p.yaml:2:1"),
        ("containers: {}\ncontainers: {}", "yaml-duplicate-key", "p.yaml:2:1"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_laid_is_told(text: str, code: str, place: str) -> None:
    (found,) = refused(p=text + "\n")
    assert (found.code, str(found.place)) == (code, place)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n", "metadata: {name: web}\n", "---\n---\n"])
def test_a_file_that_overrides_nothing_changes_nothing(text: str) -> None:
    assert web(p=text).containers == web().containers


def test_taking_away_what_is_not_there_is_a_warning() -> None:
    app = read("containers.main.varables.A=")
    assert [(d.code, d.severity, str(d.place), d.message) for d in app.remarks] == [
        ("override-not-used", Severity.WARNING, "--override-property containers.main.varables.A",
         "the override takes away containers.main.varables.A, and there is none"),
    ]  # fmt: skip


def test_a_problem_in_an_override_stands_in_the_override() -> None:
    found = refused(
        "containers.main.variables.N=1",
        "containers.main.variables.M=${resources.bd.host}",
        p="containers:\n  main:\n    varables: {}\n    variables:\n      D: 2024-01-01\n",
    )
    assert told(found) == [
        ("wrong-type", "--override-property containers.main.variables.N",
         "containers.main.variables.N: must be text, not a whole number", "put it in quotes"),
        ("unknown-key", "p.yaml:3:5", "containers.main: 'varables' is not known here", "did you mean 'variables'?"),
        ("wrong-type", "p.yaml:5:10",
         "containers.main.variables.D: must be text, but without quotes this is a date to many readers",
         "put it in quotes"),
        ("unknown-resource", "--override-property containers.main.variables.M",
         "containers.main.variables.M: '${resources.bd.host}': this workload declares no resource 'bd'", "resources: db"),
    ]  # fmt: skip


def test_a_problem_that_an_override_caused_elsewhere_names_it() -> None:
    found = refused("containers.main.image=", p="containers: {main: {args: [x]}}\nresources:\n  db: null\n")
    assert told(found) == [
        ("missing-key", "score.yaml:5:5",
         "containers.main: 'image' is required (an override is why: --override-property containers.main.image)",
         "add 'image': the image; a dot means that it is supplied when the workload is deployed"),
        ("unknown-resource", "score.yaml:9:10",
         "containers.main.variables.B: '${resources.db.host}': this workload declares no resource 'db'"
         " (an override is why: p.yaml:3:7)", "declare it under resources"),
    ]  # fmt: skip


def test_a_problem_that_was_there_before_is_no_override_s_fault() -> None:
    broken = WEB.replace("    image: nginx\n", "")
    with pytest.raises(InvalidInput) as raised:
        load_application_from(
            {"score.yaml": broken.encode(), RECORD: Written((), ("containers.main.args.-1=c",)).recorded()},
            "shop",
        )
    assert [d.message for d in raised.value.diagnostics] == ["containers.main: 'image' is required"]


def test_the_rules_hold_for_what_the_overrides_make_of_a_file() -> None:
    app = read("service.ports.www.port=9090")
    assert [d.message for d in app.remarks] == [
        "containers.main.readinessProbe.httpGet.port: 8080 is no port of service.ports"
        " (an override is why: --override-property service.ports.www.port)"
    ]
    circle = "containers: {main: {before: {side: {ready: started}}}, side: {image: x, before: {main: {ready: started}}}}"
    (found,) = refused(p=circle)
    assert (found.code, str(found.place)) == ("before-cycle", "p.yaml:1:30")


def test_old_list_forms_may_be_overridden_as_they_are_written() -> None:
    score = WEB + "  data: {type: volume}\n"
    score = score.replace(
        "    args: [a, b]\n", "    files: [{target: /a, content: old}, {target: /b, content: b}]\n"
    )
    given = Written((), ("containers.main.files.0.content=new",))
    app = load_application_from({"score.yaml": score.encode(), RECORD: given.recorded()}, "shop")
    web = app.workloads["web"]
    assert web.containers["main"]["files"] == {"/a": {"content": "new"}, "/b": {"content": "b"}}
    assert (
        str(web.places.at(*MAIN, "files", "/a", "content"))
        == "--override-property containers.main.files.0.content"
    )


def test_what_was_recorded_reads_again_as_it_was() -> None:
    app = read(
        "containers.main.args.-1=c", "containers.main.args.-1=d", p="containers: {main: {image: other}}"
    )
    again = load_application_from(app.sources, "shop")
    assert again.workloads["web"].containers == app.workloads["web"].containers
    assert again.overrides == app.overrides == (
        "p.yaml", "--override-property containers.main.args.-1"
    )  # fmt: skip
    assert sorted(app.sources) == [RECORD, "score.yaml"]
    plain = read()
    assert (RECORD in plain.sources, plain.overrides) == (False, ())


values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-3, 3), st.sampled_from(["", "a", "${x", "${resources.db}"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(
            st.sampled_from(["main", "image", "db", "name", "args", "0", "www"]), inner, max_size=3
        ),
    ),
    max_leaves=8,
)
steps = st.sampled_from(
    ["containers", "main", "args", "0", "1", "-1", "-2", "image", "resources", "db", "x", "\\.", "\\\\"]
)


def test_they_can_be_given_again_without_telling_a_value() -> None:
    written = Written((("my prod.yaml", b""),), ("web:containers.main.variables.TOKEN=planted",))
    assert written.flags == (
        "--overrides-file 'my prod.yaml'", "--override-property web:containers.main.variables.TOKEN=…"
    )  # fmt: skip


fragments = st.dictionaries(
    st.sampled_from(["containers", "resources", "service", "metadata"]), values, max_size=3
)
settings = st.tuples(
    st.lists(steps, min_size=1, max_size=6), st.sampled_from(["", "x", "1", "[]", "{a: 1}", "null"])
)


@given(fragments, st.lists(settings, max_size=3))
def test_any_overrides_give_a_workload_or_problems_with_places(
    fragment: object, properties: list[tuple[list[str], str]]
) -> None:
    written = tuple(f"{'.'.join(path)}={value}" for path, value in properties)
    given = Written((("p.yaml", json.dumps(fragment).encode()),), written)
    problems: tuple[Diagnostic, ...] = ()
    try:
        load_application_from({"score.yaml": WEB.encode(), RECORD: given.recorded()}, "shop")
    except InvalidInput as problem:
        problems = problem.diagnostics
    assert all(d.place is not None for d in problems)
