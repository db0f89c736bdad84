"""What going back to an earlier deployment means: which one, what it takes along, what it rolls away. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from ..graph.command import command
from ..graph.diagnostics import Diagnostic
from ..graph.errors import InvalidInput
from ..graph.values import Value, has_secret
from .plan import Origin
from .state.records import DeploymentRecord, DeploymentStatus, EnvironmentRecord, RolledBack

PAUSE, RESUME, ROLLBACK, DESTROY = "pause", "resume", "rollback", "destroy"
"""Kinds of deployments that are treated apart."""


def current(deployments: Iterable[DeploymentRecord]) -> DeploymentRecord | None:
    """The deployment, of those newest first, that an environment stands for: pausing and resuming change nothing."""
    return next((d for d in deployments if d.kind not in (PAUSE, RESUME)), None)


def recorded_images(deployments: Iterable[DeploymentRecord]) -> Mapping[str, str] | None:
    """The images of the newest deployment, of those newest first, that had an application; None without one."""
    return next((d.images for d in deployments if d.application is not None), None)


def choose(
    deployments: Sequence[DeploymentRecord], number: int | None, environment: str | None = None
) -> DeploymentRecord:
    """The deployment to go back to, of those newest first: the one named, else the last good one before the current.

    Where the current one is itself a rollback, that is before the one which it went back to. Raises InvalidInput, with
    ``environment`` in the command that it names.
    """
    history = command("history", environment=environment)
    if number is None:
        return _before(deployments, history)
    found = next((d for d in deployments if d.number == number), None)
    if found is None:
        newest = f"the newest is {deployments[0].number}" if deployments else "nothing was deployed yet"
        message = f"there is no deployment {number} to go back to"
        raise InvalidInput(Diagnostic("unknown-deployment", message, hint=newest, next=history))
    if not found.is_good:
        raise InvalidInput(_unfit(found, deployments, history))
    return found


def _before(deployments: Sequence[DeploymentRecord], history: str) -> DeploymentRecord:
    now = current(deployments)
    below = _stands_for(now) if now is not None else 0
    found = next((d for d in deployments if d.number < below and d.is_good), None)
    if found is None:
        message = "there is no earlier deployment that succeeded, so there is nothing to go back to"
        raise InvalidInput(Diagnostic("nothing-to-roll-back", message, next=history))
    return found


def _stands_for(deployment: DeploymentRecord) -> int:
    return deployment.number if deployment.rolled_back_to is None else deployment.rolled_back_to


def _unfit(found: DeploymentRecord, deployments: Iterable[DeploymentRecord], history: str) -> Diagnostic:
    if found.status is not DeploymentStatus.SUCCEEDED:
        why = f"it did not succeed ({found.status.value})"
    elif found.kind == DESTROY:
        why = "it destroyed the environment; `bakehouse destroy` does that"
    else:
        why = f"it is a {found.kind}, and changed nothing"
    good = [str(d.number) for d in deployments if d.is_good][:10]
    hint = f"deployments that succeeded: {', '.join(good)}" if good else "no deployment has succeeded yet"
    message = f"deployment {found.number} cannot be gone back to: {why}"
    return Diagnostic("cannot-roll-back", message, hint=hint, next=history)


def variables_at(now: Mapping[str, Value], then: Mapping[str, Value] | None) -> Mapping[str, Value]:
    """An environment's variables after going back to those of ``then``: secret ones stay as they are now."""
    if then is None:
        return now
    secrets = {name: value for name, value in now.items() if has_secret(value)}
    return {**{name: value for name, value in then.items() if name not in secrets}, **secrets}


def pins_at(pins: Mapping[str, str], images: Mapping[str, str]) -> Mapping[str, str]:
    """Image pins after going back: what was pinned stays pinned, to the image that ran then."""
    return {container: images.get(container, image) for container, image in pins.items()}


def at(environment: EnvironmentRecord, target: DeploymentRecord) -> EnvironmentRecord:
    """The environment with the variables and image pins of the deployment that it goes back to."""
    return replace(
        environment,
        variables=variables_at(environment.variables, target.variables),
        images=pins_at(environment.images, target.images),
    )


def rolled_back(
    environment: EnvironmentRecord, target: DeploymentRecord, deployments: Iterable[DeploymentRecord]
) -> EnvironmentRecord:
    """The environment's record once a rollback to ``target`` has begun; ``deployments`` are those before it."""
    now = current(deployments)
    former = environment.rolled_back.away if environment.rolled_back is not None else ()
    away = {*former, *(() if now is None or now.application is None else (_stands_for(now),))}
    newer = tuple(sorted(number for number in away if number > target.number))
    return replace(at(environment, target), rolled_back=RolledBack(target.number, newer))


def still_there(origin: Origin, target: DeploymentRecord) -> bool:
    """Whether a plan leaves an environment where a rollback to ``target`` brought it."""
    return all(mine == theirs for mine, theirs in _aspects(origin, target))


def rolled_away(
    origin: Origin, environment: EnvironmentRecord, deployments: Mapping[int, DeploymentRecord]
) -> DeploymentRecord | None:
    """The deployment that was rolled away and that this plan would bring back, or None.

    What tells it from the one that was gone back to decides: the application's files, else the catalog, else images
    and variables. Whatever else changed beside is no reason to let it pass.
    """
    back = environment.rolled_back
    if back is None or back.to not in deployments:
        return None
    to = deployments[back.to]
    for number in sorted(back.away, reverse=True):
        away = deployments.get(number)
        if away is not None and _brings_back(origin, away, to):
            return away
    return None


def _brings_back(origin: Origin, away: DeploymentRecord, to: DeploymentRecord) -> bool:
    aspects = _aspects(origin, away)
    if away.application != to.application:
        aspects = aspects[:1]
    elif away.catalog != to.catalog:
        aspects = aspects[:2]
    return all(mine == theirs for mine, theirs in aspects)


def _aspects(origin: Origin, deployment: DeploymentRecord) -> list[tuple[object, object]]:
    images = {container: image for container, (image, _) in origin.images.items()}
    return [
        (origin.application, deployment.application),
        (origin.catalog, deployment.catalog),
        (images, dict(deployment.images)),
        (_plain(origin.variables), _plain(deployment.variables)),
    ]


def _plain(variables: Mapping[str, Value] | None) -> dict[str, Value]:
    return {name: value for name, value in (variables or {}).items() if not has_secret(value)}
