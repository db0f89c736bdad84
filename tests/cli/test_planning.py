"""The command that carries on with an apply asks for the same."""

from bakehouse.cli.planning import resuming
from bakehouse.plans.operations.workbench import PlanOptions
from bakehouse.resolvers.score import Written


def test_without_options_it_names_the_environments() -> None:
    assert resuming(PlanOptions(), "here") == "bakehouse apply -e here"
    assert resuming(PlanOptions(), "here", "afar") == "bakehouse apply -e here,afar"


def test_images_overrides_and_what_the_plan_was_limited_to_are_asked_for_again() -> None:
    options = PlanOptions(
        targets=("greeting#shared.world",),
        allow_destroy=("all",),
        allow_mass_delete=7,
        roll_forward=True,
        images={"web/main": "web:1", "": "all:2"},
        overrides=Written((("my prod.yaml", b"{}"),), ("web:containers.main.image=x",)),
    )
    assert resuming(options, "here") == (
        "bakehouse apply --target 'greeting#shared.world' --allow-destroy all --allow-mass-delete 7 --roll-forward "
        "--image web/main=web:1 --image all:2 -e here "
        "--overrides-file 'my prod.yaml' --override-property web:containers.main.image=…"
    )


def test_what_was_replaced_is_not_replaced_again() -> None:
    assert resuming(PlanOptions(replace=("greeting#shared.world",)), "here") == "bakehouse apply -e here"
