"""The whole way: all problems at once, order, determinism, speed, and validating without an environment."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.application import Application, ResourceRequest
from bakehouse.graph.diagnostics import Severity
from bakehouse.graph.errors import GraphCycle
from bakehouse.resolvers.catalog import load_catalog
from bakehouse.resolvers.validate import validate_application
from compiling import LOCAL, application, catalog, compiled, definition, problems
from fakes.schemas import FakeSchemas

CONFIG = definition("config", inputs='{values: "${resource.params}"}')
PACK = load_catalog()

SEEDED = """
import sys
sys.path[:0] = [{tests!r}]
from bakehouse.graph.encoding import encode
from bakehouse.graph.fingerprint import canonical
from bakehouse.resolvers.catalog import load_catalog
from compiling import application, compiled
app = application(
    "one: {{type: config, params: {{b: 1, a: 2}}}}",
    web='service: {{ports: {{www: {{port: 80}}}}}}\\nresources: {{db: {{type: postgres}}, dns: {{type: dns}}}}',
    job='resources: {{db: {{type: postgres}}, web: {{type: service}}, one: {{type: config, id: one}}}}',
)
graph = compiled(app, load_catalog())
for node in graph:
    print(node.address, canonical(encode(node.inputs)), [str(e) for e in node.edges], list(node.fields))
"""


@pytest.mark.scenario(34)
def test_graphs_are_equal_to_the_byte_whatever_the_hash_seed() -> None:
    program = SEEDED.format(tests=str(Path(__file__).parent.parent))
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"\n") == 10


def test_problems_of_every_step_are_told_together() -> None:
    app = application(
        """
        one: {type: nothing}
        two: {type: config, params: {x: "${resources.five.hots}"}}
        three: {type: service-port, params: {workload: web}}
        five: {type: dns}
        six: {type: config, params: {x: "${resources.seven.x}"}}
        seven: {type: config, params: {x: "${resources.six.x}"}}
        """,
        web="",
    )
    codes = {d.code for d in problems(app, catalog(LOCAL + CONFIG, pack=True), images={"no/no": "x"})}
    assert codes == {
        "unknown-type", "unknown-output", "no-endpoint", "missing-param", "cycle", "unknown-container",
    }  # fmt: skip


def test_a_cycle_among_other_problems_is_still_a_cycle() -> None:
    app = application("one: {type: config, params: {x: '${resources.one.x}'}}\ntwo: {type: nothing}")
    with pytest.raises(GraphCycle) as raised:
        compiled(app, catalog(LOCAL + CONFIG))
    assert [d.code for d in raised.value.diagnostics] == ["unknown-type", "cycle"]


def requests(references: list[list[int]]) -> Application:
    """Shared resources, each with params that refer to others by number."""
    shared: dict[str, ResourceRequest] = {}
    for number, targets in enumerate(references):
        params: dict[str, Any] = {"v": number}
        params |= {f"r{i}": f"${{resources.s{target}.v}}" for i, target in enumerate(targets)}
        shared[f"s{number}"] = ResourceRequest(f"s{number}", "config", None, params=params)
    return Application("shop", {}, shared)


graphs = st.integers(0, 12).flatmap(
    lambda size: st.tuples(*(st.lists(st.integers(0, size - 1), max_size=3) for _ in range(size)))
)


@given(graphs)
def test_nodes_stand_after_what_they_depend_on_or_there_is_a_cycle(references: tuple[list[int], ...]) -> None:
    app = requests(list(references))
    try:
        graph = compiled(app, PACK)
    except GraphCycle:
        assert _has_cycle(references)
        return
    assert not _has_cycle(references)
    seen: set[Any] = set()
    for node in graph:
        assert set(node.depends_on) <= seen
        seen.add(node.address)
    assert len(seen) == len(references)


def _has_cycle(references: tuple[list[int], ...]) -> bool:
    left = {n: set(targets) for n, targets in enumerate(references)}
    while free := [n for n, targets in left.items() if not targets & left.keys()]:
        for number in free:
            del left[number]
    return bool(left)


def layered(size: int) -> Iterator[list[int]]:
    width = size // 10
    for number in range(size):
        yield [] if number < width else [number - width, number - width - 1 if number > width else 0]


@pytest.mark.parametrize(
    ("name", "references"),
    [
        ("layered", list(layered(10_000))),
        ("chain", [[n - 1] if n else [] for n in range(5_000)]),
        ("fan-in", [[] for _ in range(5_000)] + [list(range(5_000))]),
    ],
)
def test_large_graphs_are_compiled_without_recursion(name: str, references: list[list[int]]) -> None:
    app, drivers = requests(references), FakeSchemas()
    graph = compiled(app, PACK, drivers)
    assert len(graph) == len(references)
    assert drivers.asked == 1, "the driver is asked once for a definition, however many resources it meets"


def test_an_application_is_valid_where_every_environment_type_can_meet_it() -> None:
    app = application(web="containers: {main: {image: .}}\nresources: {db: {type: postgres}}")
    assert validate_application(app, PACK, FakeSchemas()) == ()


def test_what_is_wrong_everywhere_is_an_error_and_what_only_somewhere_a_warning() -> None:
    other = (
        "---\nkind: EnvironmentType\nmetadata: {name: production}\nspec: {variables: {X: {secret: true}}}\n"
    )
    known = catalog(other + definition("workload", match="[{environmentType: production}]"), pack=True)
    app = application("aa: {type: nothing}", web="resources: {db: {type: postgres}}")
    found = validate_application(app, known, FakeSchemas())
    assert [(d.code, d.severity) for d in found if d.code != "definition-shadowed"] == [
        ("unknown-type", Severity.ERROR), ("no-definition", Severity.WARNING),
    ]  # fmt: skip
    assert found[-1].message == "in environments of type production no definition meets postgres"


def test_types_that_cannot_meet_an_application_do_not_hide_what_is_wrong_in_the_others() -> None:
    known = catalog("kind: EnvironmentType\nmetadata: {name: production}\n", pack=True)
    app = application(web="containers: {main: {image: nginx, command: ['x'], variables: {A: '${resources.db.hots}'}}}\n"
                          "resources: {db: {type: postgres}}")  # fmt: skip
    found = validate_application(app, known, FakeSchemas())
    assert [(d.code, d.severity) for d in found] == [
        ("unknown-output", Severity.ERROR), ("no-definition", Severity.WARNING),
    ]  # fmt: skip
    assert found[1].message == "in environments of type production no definition meets postgres, workload"
    assert (
        found[1].hint
        == "if the application is meant for them, 'bakehouse validate --type production' says why"
    )


def test_an_application_that_fits_no_environment_type_is_not_valid() -> None:
    types = (
        "kind: EnvironmentType\nmetadata: {name: one}\n---\nkind: EnvironmentType\nmetadata: {name: two}\n"
    )
    met = "".join(
        definition(
            "config", name, inputs="{values: {a: b}}", match=f"[{{environmentType: {name}, class: {name}}}]"
        )
        for name in ("one", "two")
    )
    app = application("aa: {type: config, class: one}\nbb: {type: config, class: two}")
    found = validate_application(app, catalog(types + met), FakeSchemas())
    assert [d.address for d in found if d.is_error] == ["config.two#shared.bb", "config.one#shared.aa"]


def test_a_cycle_is_found_without_an_environment() -> None:
    app = application("one: {type: config, params: {x: '${resources.one.x}'}}")
    assert [d.code for d in validate_application(app, PACK, FakeSchemas())] == ["cycle"]


def test_a_catalog_without_environment_types_says_so() -> None:
    assert [d.code for d in validate_application(application(), catalog(), FakeSchemas())] == [
        "no-environment-type"
    ]
