"""Expansion against a naive model of MODEL: fixed point, edges of params, copied dependents, then `dependsOnCurrent`."""

import itertools
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bakehouse.graph.errors import GraphCycle
from compiling import LOCAL, application, catalog, compiled, definition

TYPES = ("ta", "tb", "tc", "td")
DECLARED = LOCAL + "".join(
    f"---\nkind: ResourceType\nmetadata: {{name: {t}}}\nspec: {{outputs: {{additionalProperties: true}}}}\n"
    for t in (*TYPES, "user")
)


@dataclass(frozen=True)
class Part:
    """One thing that a definition asks for; ``co`` is (dependsOnCurrent, copyDependents) or None for a dependency."""

    type: str
    id: str
    co: tuple[bool, bool] | None = None

    def at(self, owner: str) -> str:
        return f"{self.type}#{self.id.replace('@', owner.partition('#')[2])}"

    def written(self) -> str:
        if self.co is None:
            return f'{{type: {self.type}, id: "{self.id}"}}'
        current, copies = (str(flag).lower() for flag in self.co)
        flags = f"dependsOnCurrent: {current}, copyDependents: {copies}"
        return f'{{type: {self.type}, id: "{self.id}", {flags}}}'


ids = st.sampled_from(["@", "@-x", "@-y", "net"])


@st.composite
def platforms(draw: st.DrawFn) -> dict[str, list[Part]]:
    """What the definition of each type asks for: only later types, so that it ends."""
    found: dict[str, list[Part]] = {"td": [], "user": []}
    for number, type_ in enumerate(TYPES[:-1]):
        below = st.sampled_from(TYPES[number + 1 :])
        part = st.builds(Part, below, ids, st.none() | st.tuples(st.booleans(), st.booleans()))
        found[type_] = draw(st.lists(part, max_size=3, unique_by=lambda p: (p.type, p.id)))
    return found


requests = st.lists(st.sampled_from(TYPES), min_size=1, max_size=3)


def model(platform: dict[str, list[Part]], asked: list[str]) -> dict[str, set[str]]:
    """The edges of every node, as the design says it."""
    roots = [f"{type_}#shared.r{n}" for n, type_ in enumerate(asked)]
    edges: dict[str, set[str]] = {f"user#shared.u{n}": {root} for n, root in enumerate(roots)}
    waiting, pairs = list(roots), []
    while waiting:
        node = waiting.pop()
        if node in edges:
            continue
        edges[node] = set()
        for part in platform[node.partition("#")[0]]:
            target = part.at(node)
            waiting.append(target)
            if part.co is None:
                edges[node].add(target)
            else:
                pairs.append((node, part, target))
    before = {node: set(targets) for node, targets in edges.items()}
    for owner, part, new in pairs:
        own = {target for other, _, target in pairs if other == owner}
        if part.co is not None and part.co[1]:
            for node, targets in before.items():
                if owner in targets and node not in own:
                    edges[node].add(new)
    for owner, part, new in pairs:
        if part.co is not None and part.co[0]:
            edges[new].add(owner)
    return edges


def has_cycle(edges: dict[str, set[str]]) -> bool:
    left = {node: set(targets) for node, targets in edges.items()}
    while free := [node for node, targets in left.items() if not targets & left.keys()]:
        for node in free:
            del left[node]
    return bool(left)


def documents(platform: dict[str, list[Part]]) -> list[str]:
    """The definitions as YAML."""
    made = []
    for type_, parts in platform.items():
        deps = [f"d{n}: {p.written()}" for n, p in enumerate(parts) if p.co is None]
        co = [p.written() for p in parts if p.co is not None]
        body = (f"dependencies: {{{', '.join(deps)}}}\n" if deps else "") + (
            f"coProvision: [{', '.join(co)}]\n" if co else ""
        )
        made.append(definition(type_, body=body, inputs='{values: {of: "${resource.id}"}}'))
    return made


def shop(asked: list[str]) -> Any:
    lines = [f"r{n}: {{type: {type_}}}" for n, type_ in enumerate(asked)]
    lines += [f'u{n}: {{type: user, params: {{x: "${{resources.r{n}.of}}"}}}}' for n in range(len(asked))]
    return application("\n".join(lines))


def drawn(texts: list[str], asked: list[str]) -> dict[str, set[str]]:
    graph = compiled(shop(asked), catalog(DECLARED + "".join(texts)))
    return {str(n.address): {str(a) for a in n.depends_on} for n in graph}


@settings(max_examples=120)
@given(platforms(), requests)
def test_the_graph_is_that_of_the_model_or_both_have_a_cycle(
    platform: dict[str, list[Part]], asked: list[str]
) -> None:
    expected = model(platform, asked)
    try:
        found = drawn(documents(platform), asked)
    except GraphCycle as cycle:
        assert has_cycle(expected)
        (told,) = cycle.diagnostics
        path = told.message.splitlines()[0].partition(": ")[2].split(" -> ")
        assert all(target in expected[source] for source, target in itertools.pairwise(path))
        assert len(told.message.splitlines()) == len(path), "one line for each edge"
        assert all(".yaml:" in line for line in told.message.splitlines()[1:])
        return
    assert not has_cycle(expected)
    assert found == expected


@settings(max_examples=30)
@given(platforms(), requests, st.randoms(use_true_random=False))
def test_the_order_of_the_documents_does_not_matter(
    platform: dict[str, list[Part]], asked: list[str], chance: Any
) -> None:
    if has_cycle(model(platform, asked)):
        return
    texts = documents(platform)
    shuffled = [*texts]
    chance.shuffle(shuffled)
    assert drawn(texts, asked) == drawn(shuffled, asked)
