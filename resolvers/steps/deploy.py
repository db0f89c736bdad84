"""The workloads as they will run here: their files upon the profiles that match, with images chosen."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ...graph.address import workload_address
from ...graph.application import Workload
from ...graph.diagnostics import Diagnostic, Severity, did_you_mean
from ..conflicts import conflicts
from ..draft import Draft
from ..match import Subject
from ..profiles import CLASS, Applied, matching, under

EVERY_IMAGE = ""
AT_DEPLOY_TIME = "."


def apply_profiles(draft: Draft) -> None:
    """Lay each workload upon the defaults of all profiles that match it, and keep their patches."""
    environment = draft.request.environment
    for name, workload in draft.request.application.workloads.items():
        subject = Subject(
            draft.request.application.name, environment.name, environment.type, workload.class_, name
        )
        applied = matching(draft.request.catalog, subject)
        for problem in conflicts(workload, applied):
            draft.findings.add(problem)
        if applied:
            address = workload_address(name, workload.class_)
            draft.uses[address] = tuple(item.use(workload) for item in applied)
            draft.workloads[name] = _laid(draft, workload, applied)


def _laid(draft: Draft, workload: Workload, applied: list[Applied]) -> Workload:
    for item in applied:
        if CLASS in item.profile.defaults.get("metadata", {}).get("annotations", {}):
            message = f"profile '{item.profile.name}' sets {CLASS}, which decides which profiles match"
            draft.findings.add(
                Diagnostic("bad-value", message, place=item.profile.places.at("defaults", "metadata"))
            )
    total, draft.origins[workload.name] = under(workload, applied)
    draft.profiles[workload.name] = [
        {"name": p.profile.name, "target": p.profile.target, "patches": list(p.profile.patches)}
        for p in applied
        if p.profile.patches
    ]
    return replace(
        workload, metadata=total["metadata"], service=total["service"], containers=total["containers"]
    )


def choose_images(draft: Draft) -> None:
    """Answer images that are supplied at deploy time; which are missing is seen once it is known what runs them."""
    request = draft.request
    asked: set[str] = set()
    for name, workload in draft.workloads.items():
        for container, body in workload.containers.items():
            key = f"{name}/{container}"
            if body.get("image") != AT_DEPLOY_TIME:
                draft.images[key] = (body.get("image", ""), "file")
                continue
            asked.add(key)
            sources = (
                (request.images.get(key) or request.images.get(EVERY_IMAGE), "--image"),
                (request.environment.images.get(key), "environment"),
                (request.recorded_images.get(key), request.image_sources.get(key, "recorded")),
            )
            found = next(((image, source) for image, source in sources if image), None)
            if found:
                draft.images[key] = found
    for problem in _unused(draft, asked):
        draft.findings.add(problem)


def _unused(draft: Draft, asked: set[str]) -> Iterator[Diagnostic]:
    known = {f"{w}/{c}" for w, workload in draft.workloads.items() for c in workload.containers}
    for key in sorted(draft.request.images):
        if key == EVERY_IMAGE and not asked:
            message = "--image is not used: no container has the image '.'"
            yield Diagnostic("image-not-used", message, Severity.WARNING)
        elif key != EVERY_IMAGE and key not in known:
            hint = did_you_mean(key, known, noun="containers")
            yield Diagnostic("unknown-container", f"--image names '{key}', which is no container", hint=hint)
        elif key != EVERY_IMAGE and key not in asked:
            message = f"--image for {key} is not used: its file names the image {draft.images[key][0]}"
            yield Diagnostic("image-not-used", message, Severity.WARNING)
