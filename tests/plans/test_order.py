"""The order of steps: no circle in any mix of changes, users before what they use."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.address import Address
from bakehouse.plans.action import Action
from bakehouse.plans.change import Change, Target
from bakehouse.plans.order import REMOVING, Step, StepKind, execution, ties
from bakehouse.plans.state.records import RecordedEdge

WANTED = [Action.CREATE, Action.UPDATE, Action.REPLACE, Action.NO_OP]
GONE = [Action.DELETE, Action.HOLD, Action.RETAIN]


def address(number: int) -> Address:
    return Address("thing", "default", f"n{number}")


def change(
    number: int, action: Action, below: list[int], *, first: bool = False, conditional: bool = False
) -> Change:
    target = None
    if action not in GONE:
        edges = tuple(RecordedEdge(address(b)) for b in below)
        target = Target({}, None, {}, {}, None, edges, None, None, False)
    return Change(
        address(number), "uid", "slug", 1, 1, action, "thing", 1, (), target,
        create_first=first, conditional=("x",) if conditional else (),
    )  # fmt: skip


@st.composite
def situations(draw: st.DrawFn) -> tuple[dict[Address, Change], dict[Address, tuple[Address, ...]]]:
    """Recorded dependencies, wanted ones (both acyclic), and changes that a planner could have made of them."""
    size = draw(st.integers(1, 9))
    former: dict[Address, tuple[Address, ...]] = {}
    changes: dict[Address, Change] = {}
    alive = [draw(st.booleans()) for _ in range(size)]
    for number in range(size):
        lower = range(number)
        old = draw(st.lists(st.sampled_from(lower), unique=True, max_size=3)) if number else []
        new = draw(st.lists(st.sampled_from(lower), unique=True, max_size=3)) if number else []
        new = [n for n in new if alive[n]]
        action = draw(st.sampled_from(WANTED if alive[number] else GONE))
        if action is not Action.CREATE:
            former[address(number)] = tuple(address(n) for n in old)
        if action is Action.NO_OP and set(old) == set(new) and draw(st.booleans()):
            continue
        replaced = action is Action.REPLACE
        first = replaced and draw(st.booleans())
        conditional = replaced and not first and draw(st.booleans())
        changes[address(number)] = change(number, action, new, first=first, conditional=conditional)
    inherit(changes)
    return changes, former


def inherit(changes: dict[Address, Change]) -> None:
    """What the planner does: create-first reaches down to replaced dependencies, now and as recorded."""
    from msgspec.structs import replace

    for user in sorted(changes, reverse=True):
        found = changes[user]
        if found.create_first and found.target is not None:
            for edge in found.target.edges:
                below = changes.get(edge.target)
                if below is not None and below.action is Action.REPLACE:
                    changes[edge.target] = replace(below, create_first=True, conditional=())


@given(situations())
def test_every_mix_of_changes_has_an_order(
    situation: tuple[dict[Address, Change], Mapping[Address, tuple[Address, ...]]],
) -> None:
    changes, former = situation
    order = execution(changes, ties(changes, former)).order()
    assert len(order) == len(set(order))
    position = {step: index for index, step in enumerate(order)}
    for step in order:
        if step.kind is StepKind.DELETE:
            for user, found in former.items():
                if step.address in found and user in changes:
                    gone = [s for s in order if s.address == user and s.kind in REMOVING]
                    assert all(position[s] < position[step] for s in gone)


def test_resources_that_do_not_change_still_carry_the_order_through() -> None:
    a, b, c = (address(n) for n in range(3))
    changes = {a: change(0, Action.UPDATE, []), c: change(2, Action.UPDATE, [1])}
    dag = execution(changes, ties(changes, {b: (a,), c: (b,), a: ()}))
    assert dag.dependencies(Step(c, StepKind.UPDATE)) == (Step(a, StepKind.UPDATE),)
