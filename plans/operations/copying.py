"""What a new environment takes from another one: never data, secrets or adopted resources."""

from __future__ import annotations

from msgspec.structs import replace

from ...graph.diagnostics import Diagnostic
from ...graph.errors import InvalidInput
from ...graph.values import has_secret
from ..rolling import pins_at
from ..state.records import DeploymentRecord, EnvironmentRecord, Seed
from ..state.settings import setting_for
from ..state.store import StateReader
from .environments import Wanted


def like(reader: StateReader, wanted: Wanted, source: EnvironmentRecord) -> Wanted:
    """The same with the plain variables, the images and the image pins of another environment's last deployment.

    They are those that are set now, where it was never deployed.
    """
    last = _last(reader, source)
    if last is None:
        return _set(wanted, source)
    then = source if last.variables is None else replace(source, variables=last.variables)
    seed = Seed(source.name, last.number, dict(last.images))
    pins = pins_at(source.images, last.images)
    return replace(_set(wanted, then), images=pins, seed=seed)


def deployed_like(reader: StateReader, wanted: Wanted, source: EnvironmentRecord) -> Wanted:
    """As :func:`like`, with the application snapshot of that deployment, to be deployed first.

    Its catalog is taken, too, where the store binds both environments by the same setting: copying must not be a way
    to choose the rules. Raises InvalidInput where nothing was deployed.
    """
    last = _last(reader, source)
    if last is None:
        message = (
            f"no deployment of {source.name} has succeeded, so there is nothing to deploy {wanted.name} from"
        )
        hint = "leave --apply out to copy what is set only"
        raise InvalidInput(Diagnostic("nothing-to-copy", message, hint=hint))
    copied = like(reader, wanted, source)
    if copied.seed is None:
        raise AssertionError("unreachable: there is a last deployment")
    settings = reader.catalog_settings()
    same = setting_for(settings, source.uid, source.type) == setting_for(settings, None, wanted.type)
    catalog = last.catalog if same else None
    return replace(copied, seed=replace(copied.seed, application=last.application, catalog=catalog))


def _last(reader: StateReader, source: EnvironmentRecord) -> DeploymentRecord | None:
    return next((d for d in reader.deployments(source.uid) if d.is_good), None)


def _set(wanted: Wanted, source: EnvironmentRecord) -> Wanted:
    variables = {k: v for k, v in source.variables.items() if not has_secret(v)}
    return replace(wanted, variables=variables, images=source.images)
