"""Brings a release to what is wanted: installed, upgraded, and where an upgrade fails, back to the revision that was."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...sdk import Cancelled, Context, Fault, PermanentFault, Result
from ..kubernetes.deleting import delete
from ..kubernetes.objects import Object, metadata, part
from ..kubernetes.session import cluster
from ..local.private import locked, prune, system_faults
from .complaints import Absent, Lingering
from .manifests import identity, is_kept, objects
from .models import HelmInputs
from .planning import chart_of, looked, program_of, told_of
from .program import Program
from .release import DEPLOYED, Release, check, labels, look, steady
from .review import agreed, check_reviewed
from .values import clear, secrets

_MARGIN = 5.0
"""Seconds before the call's deadline at which helm gives up itself, so that it says what it waited for."""
_TICK = 1.1
"""Seconds after which a chart that writes the time down writes another one."""
_SHARE = 0.6
"""The part of the time that an upgrade may take; in the rest it can be taken back."""


@contextlib.contextmanager
def alone(context: Context) -> Generator[None]:
    """One call at a time about a resource on this machine: what another one is at is not what was cut off."""
    with system_faults(), locked(context.workspace.home / "helm" / context.uid) as folder:
        try:
            yield
        finally:
            prune(folder, levels=2)


def bring(context: Context, inputs: HelmInputs) -> Release:
    """Install or upgrade the release, and give what came of it. Raises faults, without the values' secrets."""
    with alone(context):
        opened = secrets(inputs.values, context.reveal)
        program = replace(program_of(context, inputs), secrets=opened)
        release = look(program)
        check(release, context, f"{program.namespace}/{program.release}")
        if context.reviewed is not None:
            _hold_to(context.reviewed, context, inputs)
        release = _settled(context, program, release)
        if release is None:
            _install(context, program, inputs)
        else:
            _upgrade(context, program, inputs, release)
        made = look(program)
    if made is None:
        raise PermanentFault("helm-failed: the release that was just applied is gone")
    return made


def remove(context: Context, program: Program) -> None:
    """Uninstall the release of the token, if there is one, and wait until its objects are gone."""
    with alone(context):
        found = look(program)
        if found is not None and found.carries(context.token):
            _uninstall(context, program)


def _hold_to(reviewed: Sequence[Mapping[str, Any]], context: Context, inputs: HelmInputs) -> None:
    """Raise :class:`PermanentFault` where something else would be done than was reviewed."""
    found = looked(context, inputs)
    try:
        check_reviewed(reviewed, told_of(found))
    except PermanentFault:
        context.cancelled.wait(_TICK)
        context.cancelled.check()
        check_reviewed(reviewed, told_of(agreed(found, looked(context, inputs))))


def _settled(context: Context, program: Program, release: Release | None) -> Release | None:
    """The release after what a cut-off command left is put right; None where there is none to go on from."""
    if release is None:
        return None
    if release.is_going:
        context.progress("ending an uninstall that was cut off")
        _uninstall(context, program)
        return None
    if release.is_pending:
        back = steady(program) or release.revision
        context.progress(f"going back to revision {back}, because {release.status} was cut off")
        program.roll_back(back, *_back("30s", wait=False))
        return look(program)
    return release


def _install(context: Context, program: Program, inputs: HelmInputs) -> None:
    context.progress(f"installing {program.release}")
    try:
        _apply(context, program, inputs, "install", context.seconds_left - _MARGIN)
    except Fault as fault:
        if not isinstance(fault, Cancelled):
            fault.partial = fault.partial or _left(context, program)
        raise


def _upgrade(context: Context, program: Program, inputs: HelmInputs, before: Release) -> None:
    context.progress(f"upgrading {program.release} from revision {before.revision}")
    share = _SHARE if inputs.rollback else 1.0
    try:
        _apply(context, program, inputs, "upgrade", context.seconds_left * share - _MARGIN, "--reset-values")
    except Cancelled:
        raise
    except Fault as fault:
        if not inputs.rollback or before.status != DEPLOYED:
            raise
        fault.message = f"{fault.message}; {_taken_back(context, program, inputs, before)}"
        fault.args = (fault.message,)
        raise


def _apply(
    context: Context, program: Program, inputs: HelmInputs, verb: str, seconds: float, *more: str
) -> None:
    waiting = ("--wait", "--wait-for-jobs") if inputs.wait else ("--wait=hookOnly",)
    forced = ("--force-conflicts",) if inputs.force else ()
    flags = (labels(context), "--hide-notes", f"--timeout={_duration(seconds)}", *waiting, *forced, *more)
    program.with_chart(verb, chart_of(inputs), clear(inputs.values, context.reveal), *flags)


def _taken_back(context: Context, program: Program, inputs: HelmInputs, before: Release) -> str:
    """Go back to the revision that was, where the upgrade got as far as making another; what came of it, for people."""
    try:
        now = look(program)
        if now is None or now.revision == before.revision:
            return "nothing was changed"
        context.progress(f"going back to revision {before.revision}")
        left = _duration(context.seconds_left - _MARGIN)
        program.roll_back(before.revision, *_back(left, wait=inputs.wait))
        again = look(program)
    except Fault as fault:
        return f"it could not be taken back to revision {before.revision}: {fault.message}"
    if again is not None:
        context.keep({"revision": again.revision})
    return f"revision {before.revision} runs again"


def _back(timeout: str, *, wait: bool) -> tuple[str, ...]:
    return ("--wait" if wait else "--wait=hookOnly", "--force-conflicts", f"--timeout={timeout}")


def _uninstall(context: Context, program: Program) -> None:
    """Uninstall, and wait for what helm itself stopped waiting for: it calls what is about to go an error."""
    context.progress(f"uninstalling {program.release}")
    with contextlib.suppress(Absent), cluster(context) as there:
        made = objects(program.about("get", "manifest"))
        names = [identity(item, program.namespace, there) for item in made if not is_kept(item)]
        flags = ("--wait", "--cascade=foreground", f"--timeout={_duration(context.seconds_left - _MARGIN)}")
        try:
            program.about("uninstall", *flags)
        except Lingering:
            delete(context, there, names, lambda found: _is_made_by(found, program))
            program.about("uninstall", *flags)
        else:
            delete(context, there, names, lambda found: _is_made_by(found, program))


def _is_made_by(found: Object, program: Program) -> bool:
    told = part(metadata(found), "annotations")
    named = (told.get("meta.helm.sh/release-name"), told.get("meta.helm.sh/release-namespace"))
    return named == (program.release, program.namespace)


def _left(context: Context, program: Program) -> Result | None:
    """What a failed install made, as far as it got."""
    try:
        found = look(program)
    except Fault:
        return Result({}, {})
    return Result({}, {"revision": found.revision}) if found and found.is_of(context.uid) else None


def _duration(seconds: float) -> str:
    return f"{max(1, int(seconds))}s"
