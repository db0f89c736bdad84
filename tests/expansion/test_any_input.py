"""Whatever stands in a platform's or a developer's file: a graph or diagnostics, never another exception."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.application import load_application_from
from bakehouse.resolvers.catalog import LayerFiles, Snapshot, load_catalog, load_catalog_from
from bakehouse.resolvers.review import review_catalog
from bakehouse.resolvers.source import parse_all
from bakehouse.resolvers.validate import validate_application
from compiling import compiled
from fakes.schemas import FakeSchemas

BUILT_IN = load_catalog().snapshot.layers
PACK = [d.data for text in BUILT_IN[0].files.values() for d in parse_all(text, "pack.yaml")]
PROFILE = {
    "kind": "WorkloadProfile",
    "metadata": {"name": "profile"},
    "spec": {
        "match": [{"class": "default"}],
        "target": "process",
        "defaults": {"containers": {"*": {"variables": {"A": "${context.slug}"}}}},
        "patches": [{"object": {"kind": "X"}, "merge": {"env": [{"name": "A", "value": 1}]}}],
    },
}
SCORE = {
    "apiVersion": "score.dev/v1b1",
    "metadata": {"name": "web"},
    "service": {"ports": {"www": {"port": 80}}},
    "containers": {
        "main": {
            "image": ".",
            "variables": {"A": "x${resources.db.host}"},
            "files": {"/f": {"content": "${metadata.name}"}},
            "volumes": {"/v": {"source": "${resources.disk}"}},
        }
    },
    "resources": {
        "db": {"type": "postgres"},
        "disk": {"type": "volume"},
        "cfg": {"type": "config", "params": {"a": {"b": ["${resources.db.port}"]}}},
        "dns": {"type": "dns"},
        "route": {"type": "route", "params": {"host": "${resources.dns.host}", "port": "www"}},
        "web": {"type": "service"},
        "port": {"type": "service-port", "params": {"workload": "web", "port": 80}},
        "env": {"type": "environment"},
    },
}

PIECES = [
    "", "@", "*", "default", "local", "${", "$$", "${x}", "${resource.params}", "${resource.params.x}",
    "${resource.id}", "${outputs}", "${outputs.host}", "${outputs.host.x}", "${dependencies}",
    "${dependencies.server}", "${var}", "${var.X}", "${dependencies.proxy.port.x}", "${endpoint.port}",
    "${context}", "${variables.plain}", "${resources}", "${resources.db}", "${resources.env.X}",
    "${resources.web.url.x}", "${metadata}", "${select}", "${select.dependencies('config').outputs}",
    "${select.consumers('workload').dependencies('postgres.@#@').outputs.host}",
    "a ${dependencies.server} b", "config", "postgres", "workload", "endpoint", "#", "a b", "\u202e",
    "../x", "x" * 300,
]  # fmt: skip
leaf = st.one_of(st.none(), st.booleans(), st.integers(-2, 70_000), st.floats(allow_nan=False, allow_infinity=False),
                 st.sampled_from(PIECES), st.text(max_size=3))  # fmt: skip
KEYS = [
    "a",
    "$secret",
    "store",
    "ref",
    "type",
    "id",
    "class",
    "params",
    "properties",
    "match",
    "x",
    "name",
    "default",
]
junk = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=5,
)


def spots(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything inside data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(spot for key, item in items for spot in spots(item, (*path, key)))]


@st.composite
def disturbed(draw: st.DrawFn, data: Any) -> Any:
    """The data with up to three things in it replaced, added or taken away."""
    made = json.loads(json.dumps(data))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(spots(made)[1:]))
        owner = made
        for step in path[:-1]:
            owner = owner[step]
        what = draw(st.sampled_from(["replace", "add", "remove"]))
        if what == "remove" and len(spots(made)) > 3:
            del owner[path[-1]]
        elif what == "add" and isinstance(owner, dict):
            owner[draw(st.sampled_from(KEYS))] = draw(junk)
        else:
            owner[path[-1]] = draw(junk)
    return made


@settings(max_examples=150)
@given(disturbed([*PACK, PROFILE]))
def test_any_platform_file_gives_a_graph_or_diagnostics(documents: list[Any]) -> None:
    text = "\n---\n".join(json.dumps(d) for d in documents).encode()
    layers = (LayerFiles("own", "own", {"all.yaml": text}), BUILT_IN[-1])
    app = load_application_from({"score.yaml": json.dumps(SCORE).encode()}, "shop")
    try:
        known = load_catalog_from(Snapshot(layers).files())
    except InvalidInput:
        return
    review_catalog(known, FakeSchemas())
    validate_application(app, known, FakeSchemas())
    with suppress(InvalidInput):
        compiled(app, known, variables={"X": 1})


@settings(max_examples=150)
@given(disturbed(SCORE))
def test_any_score_file_gives_a_graph_or_diagnostics(score: Any) -> None:
    with suppress(InvalidInput):
        app = load_application_from({"score.yaml": json.dumps(score).encode()}, "shop")
        compiled(app, load_catalog(), variables={"X": 1})
