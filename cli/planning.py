"""The options of planning, shared by the commands that plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..graph.command import command
from .overriding import overriding
from .session import addresses

if TYPE_CHECKING:
    from ..plans.operations.workbench import PlanOptions

F = TypeVar("F", bound=Callable[..., Any])

_NAMES = (
    "targets", "excludes", "replace", "allow_destroy", "allow_mass_delete", "images", "overrides", "roll_forward",
    "refresh",
)  # fmt: skip

_ALLOW_DESTROY = click.option(
    "--allow-destroy",
    multiple=True,
    metavar="ADDRESS|all",
    callback=addresses,
    help="Destroy a protected resource after all.",
)

_ALLOW_MASS_DELETE = click.option(
    "--allow-mass-delete", type=click.IntRange(1), metavar="N", help="Let the plan delete N resources."
)

_IMAGE = click.option(
    "--image", "images", multiple=True, metavar="[WORKLOAD/CONTAINER=]REF", help="Use this image."
)

_OPTIONS = (
    click.option(
        "--target",
        "targets",
        multiple=True,
        metavar="ADDRESS",
        callback=addresses,
        help="Only this and what it depends on.",
    ),
    click.option(
        "--exclude",
        "excludes",
        multiple=True,
        metavar="ADDRESS",
        callback=addresses,
        help="Not this, nor what depends on it.",
    ),
    click.option("--refresh", is_flag=True, help="Look at everything first, and undo what others changed."),
    click.option("--replace", multiple=True, metavar="ADDRESS", callback=addresses, help="Replace it."),
    _ALLOW_DESTROY,
    _ALLOW_MASS_DELETE,
    click.option("--roll-forward", is_flag=True, help="Bring back what was rolled away."),
    _IMAGE,
)


def planning(function: F) -> F:
    """Add the options of planning; the command gets them as one value ``options``."""
    return overriding(_collected(function, _OPTIONS))


def destroying(function: F) -> F:
    """Add the one option of planning that a destroy takes; the command gets ``options``."""
    return _collected(function, (_ALLOW_DESTROY,))


def imaging(function: F) -> F:
    """Add the one option of planning that chooses images; the command gets ``options``."""
    return _collected(function, (_IMAGE,))


def removing(function: F) -> F:
    """Add the options of planning that allow removals; the command gets ``options``."""
    return _collected(function, (_ALLOW_DESTROY, _ALLOW_MASS_DELETE))


def _collected(function: F, options: tuple[Callable[[Any], Any], ...]) -> F:
    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        from ..plans.operations.workbench import PlanOptions

        given = {name: kwargs.pop(name) for name in _NAMES if name in kwargs}
        if "images" in given:
            given["images"] = images(given["images"])
        return function(*args, options=PlanOptions(**given), **kwargs)

    command: Any = run
    for option in reversed(options):
        command = option(command)
    found: F = command
    return found


def resuming(options: PlanOptions, *environments: str) -> str:
    """The command that carries on with an apply of these options in these environments.

    Values of overridden properties stand as dots: they may be secret. What is asked to be replaced is not asked again.
    """
    lists = (
        ("--target", options.targets),
        ("--exclude", options.excludes),
        ("--allow-destroy", options.allow_destroy),
    )
    words = [word for flag, values in lists for value in values for word in (flag, value)]
    if options.allow_mass_delete is not None:
        words += ["--allow-mass-delete", str(options.allow_mass_delete)]
    if options.refresh:
        words.append("--refresh")
    if options.roll_forward:
        words.append("--roll-forward")
    for container, image in options.images.items():
        words += ["--image", f"{container}={image}" if container else image]
    return " ".join((command("apply", *words, environment=",".join(environments)), *options.overrides.flags))


def images(given: tuple[str, ...]) -> Mapping[str, str]:
    """``WORKLOAD/CONTAINER=REF`` and ``REF`` alone (key ``""``) as a map; raises a usage error."""
    found: dict[str, str] = {}
    for text in given:
        name, equals, reference = text.partition("=")
        if equals and name.count("/") == 1 and reference:
            found[name] = reference
        elif not equals and text:
            found[""] = text
        else:
            raise click.BadParameter(
                f"'{text}' is no image; expected WORKLOAD/CONTAINER=REF or REF", param_hint="--image"
            )
    return found
