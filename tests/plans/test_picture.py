"""The picture of a saved plan: drawn from the plan alone, with what it changes and what that leans on."""

from pathlib import Path

from bakehouse.graph.draw import mermaid
from bakehouse.plans.archive import dump, load
from bakehouse.plans.picture import picture
from fakes.engine import Engine, out


def test_a_saved_plan_is_drawn_with_what_it_leans_on_and_what_goes(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.run({"base": {}, "old": {"note": out("base")}, "idle": {}})
    wanted = {"base": {}, "idle": {}, "web": {"note": out("base"), "shape": "round"}}
    plan = load(dump(engine.plan(engine.graph(wanted))), "x.plan")
    assert mermaid(picture(plan)) == (
        "flowchart LR\n"
        '  n0["thing#35;web<br/>things"]:::create\n'
        '  n1["thing#35;old"]:::delete\n'
        '  n2["thing#35;base"]:::no_op\n'
        '  n0 -->|"id"| n2\n'
        "  classDef create fill:#d9f2d9,stroke:#2e7d32\n"
        "  classDef delete fill:#fbd9d3,stroke:#b3261e\n"
        "  classDef no_op fill:#f4f4f4,stroke:#666666\n"
    )


def test_what_is_removed_together_points_at_what_it_depended_on(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.run({"base": {}, "old": {"note": out("base")}})
    drawn = picture(engine.plan(engine.graph({})))
    assert {node.action for node in drawn.nodes} == {"delete"}
    assert drawn.arrows == (("thing#old", "thing#base", ""),)
