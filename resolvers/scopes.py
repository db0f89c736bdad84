"""What placeholders mean: in a definition's files, and in what developers write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from ..graph.address import Address, endpoint_address
from ..graph.application import Places
from ..graph.diagnostics import Diagnostic, Severity, did_you_mean
from ..graph.narrow import is_map
from ..graph.values import Unknown, Value, dig
from .draft import Draft, DraftNode
from .placeholders import Placeholder
from .render import ABSENT, BROKEN, Path, Rendering, Unresolved
from .selectors import select

PLATFORM_ROOTS = ("context", "resource", "dependencies", "endpoint", "var", "variables", "select", "outputs")
SCORE_ROOTS = ("metadata", "resources")


class Site(Struct, frozen=True):
    """Where text with placeholders stands: which node comes to depend on what it refers to, and the file's places.

    ``base`` leads from what ``places`` answers for to the data that is rendered.
    """

    draft: Draft
    dependant: DraftNode
    places: Places | None
    base: Path = ()

    def render(self, data: Any, answer: Callable[[Placeholder, Path], Value]) -> Value:
        """The data with its placeholders resolved; what cannot be is told."""
        return Rendering(answer, self._report).value(data)

    def refer(
        self, target: Address, output: tuple[str, ...], placeholder: Placeholder, path: Path
    ) -> Unknown:
        """The output of another resource, and the edge to it; raises :class:`Unresolved` if there is no such output."""
        node = self.draft.nodes.get(target)
        if node is None:
            return BROKEN
        if target not in self.dependant.edges:
            where = (*self.base, *path)
            place = self.places.at(*where) if self.places else self.dependant.place
            self.dependant.link(target, f"{'.'.join(map(str, where))} uses {placeholder.raw}", place)
        if node.recipe is None:
            return BROKEN
        kind, secret = node.recipe.output(output)
        return Unknown(target, output, kind, secret)

    def nothing_selected(self, placeholder: Placeholder, path: Path) -> None:
        """Tell that a selector found no resource, which may be meant, and gives an empty list."""
        if self.draft.example:
            return
        where = (*self.base, *path)
        self.draft.findings.add(
            Diagnostic(
                "nothing-selected",
                f"{placeholder.raw} selects nothing here: {self.dependant.address} has no such neighbour",
                Severity.WARNING,
                place=self.places.at(*where) if self.places else self.dependant.place,
                address=str(self.dependant.address),
                hint=f"bakehouse explain {self.dependant.address} lists what it depends on and what uses it",
            )
        )

    def _report(self, problem: Unresolved, path: Path) -> None:
        self.draft.unresolved(problem, self.dependant, self.places, (*self.base, *path))


class PlatformScope(Struct, frozen=True):
    """Placeholders of a definition, about the resource ``owner`` that it meets."""

    site: Site
    owner: DraftNode
    roots: frozenset[str] = frozenset({"outputs", "select"})
    """Which of the roots that only some parts of a definition have are allowed here."""

    def answer(self, placeholder: Placeholder, path: Path) -> Value:
        """The value of a placeholder; raises :class:`Unresolved`."""
        root = placeholder.path[0]
        if root == "dependencies":
            return self._dependency(placeholder, path)
        if root == "resource":
            return self._resource(placeholder)
        if root in ("context", "var", "variables"):
            return self.site.draft.surroundings.answer(placeholder)
        if root == "endpoint":
            return self._endpoint(placeholder, path)
        if root in self.roots and root == "outputs":
            return self._output(placeholder)
        if root in self.roots and root == "select":
            found = select(self.site.draft, self.owner, placeholder)
            if not found:
                self.site.nothing_selected(placeholder, path)
            return [self.site.refer(a, output, placeholder, path) for a, output in found]
        raise self._unknown(root, placeholder)

    def _unknown(self, root: str, placeholder: Placeholder) -> Unresolved:
        if root in PLATFORM_ROOTS:
            return Unresolved("unknown-placeholder", f"{placeholder.raw} cannot stand here")
        if root in SCORE_ROOTS:
            hint = "definitions use resource, dependencies, context, var, outputs and select"
            return Unresolved("unknown-placeholder", f"{placeholder.raw} belongs into Score files", hint)
        hint = did_you_mean(root, PLATFORM_ROOTS, noun="placeholders start with")
        if root == "params":
            hint = f"did you mean '${{resource.{placeholder.raw[2:]}'?"
        return Unresolved("unknown-root", f"{placeholder.raw} refers to nothing", hint)

    @property
    def _lacks_endpoint(self) -> bool:
        """Whether the owner should have an endpoint and has none, which was told already."""
        recipe = self.owner.recipe
        return recipe is not None and recipe.type.endpoint_of is not None and self.owner.endpoint_of is None

    def _dependency(self, placeholder: Placeholder, path: Path) -> Value:
        known = self.owner.dependencies
        if placeholder.path[1:2] == ("endpoint",) and self._lacks_endpoint:
            return BROKEN
        if len(placeholder.path) < 2 or placeholder.path[1] not in known:
            name = ".".join(placeholder.path[1:2])
            hint = did_you_mean(name, known, noun="dependencies")
            raise Unresolved(
                "unknown-dependency", f"{placeholder.raw}: the definition has no such dependency", hint
            )
        return self.site.refer(known[placeholder.path[1]], placeholder.path[2:], placeholder, path)

    def _resource(self, placeholder: Placeholder) -> Value:
        _, *rest = placeholder.path
        address, identity = self.owner.address, self.owner.identity
        if rest[:1] == ["params"]:
            return self._param(rest[1:], placeholder)
        facts = {
            "id": address.id,
            "type": address.type,
            "class": address.class_,
            "guid": identity.uid,
            "slug": identity.slug,
        }
        if len(rest) == 1 and rest[0] in facts:
            return facts[rest[0]]
        if rest == ["workload"]:
            return self._declarer(placeholder)
        hint = did_you_mean(".".join(rest), [*facts, "params", "workload"], noun="of a resource")
        raise Unresolved("unknown-placeholder", f"{placeholder.raw} is not known", hint)

    def _declarer(self, placeholder: Placeholder) -> str:
        """The workload that asks for the resource."""
        draft = self.site.draft
        found = next(iter(draft.workloads), None) if draft.example else self.owner.workload
        if found is None:
            message = f"{placeholder.raw}: no workload alone asks for {self.owner.address}"
            raise Unresolved("unknown-placeholder", message, "declare it in one Score file, without an id")
        return found

    def _param(self, path: list[str], placeholder: Placeholder) -> Value:
        params = self.owner.params
        if not path:
            return params
        if path[0] in params:
            try:
                return _dug(params[path[0]], tuple(path[1:]))
            except KeyError as problem:
                message = f"{placeholder.raw}: the param '{path[0]}' of {self.owner.address} has no '{problem.args[0]}'"
                raise Unresolved("missing-param", message) from None
        recipe = self.owner.recipe
        if recipe is not None and path[0] in recipe.params_schema.get("properties", {}):
            return ABSENT
        message = f"{placeholder.raw}: {self.owner.address} was asked for without the param '{path[0]}'"
        hint = "give the param, or declare it as optional in spec.params of the definition"
        raise Unresolved("missing-param", message, hint)

    def _output(self, placeholder: Placeholder) -> Value:
        recipe = self.owner.recipe
        path = placeholder.path[1:]
        schema: Mapping[str, Any] = recipe.description.outputs if recipe else {}
        known: Mapping[str, Any] = schema.get("properties", {})
        if path and path[0] not in known and not schema.get("additionalProperties", False):
            driver = recipe.definition.driver if recipe else ""
            hint = did_you_mean(path[0], known, noun="its outputs")
            raise Unresolved("unknown-output", f"driver '{driver}' gives no output '{path[0]}'", hint)
        part: Mapping[str, Any] = known.get(path[0], {}) if path else {}
        kind = part.get("type", "any") if len(path) == 1 else "any"
        secret = bool(part.get("x-secret", False)) if path else any(p.get("x-secret") for p in known.values())
        return Unknown(self.owner.address, path, kind if isinstance(kind, str) else "any", secret)

    def _endpoint(self, placeholder: Placeholder, path: Path) -> Value:
        workload = self.owner.endpoint_of
        part = placeholder.path[1:]
        if workload is None and self._lacks_endpoint:
            return BROKEN
        if workload is None:
            message = f"{placeholder.raw}: {self.owner.address} is about no workload's endpoint"
            raise Unresolved("unknown-placeholder", message)
        if part == ("workload",):
            return workload
        target = endpoint_address(workload)
        output: tuple[str, ...] = part
        if part == ("port",):
            output = ("ports", self._port(workload))
        elif part not in (("host",), ("ports",)):
            hint = did_you_mean(".".join(part), ["workload", "host", "port", "ports"], noun="of an endpoint")
            raise Unresolved("unknown-placeholder", f"{placeholder.raw} is not known", hint)
        return self.site.refer(target, output, placeholder, path)

    def _port(self, workload: str) -> str:
        ports = self.site.draft.workloads[workload].ports
        wanted = self.owner.params.get("port")
        if wanted is None:
            return next(iter(ports))
        return str(wanted)


def _dug(value: Value, path: tuple[str, ...]) -> Value:
    """The part of a value at a path; a part of what is unknown is unknown, too."""
    if path and isinstance(value, Unknown):
        return Unknown(value.source, (*value.path, *path), "any", value.secret)
    return _dug(dig(value, path[:1]), path[1:]) if path else value


class ScoreScope(Struct, frozen=True):
    """Placeholders of a workload, or, where ``workload`` is None, of the application's shared resources."""

    site: Site
    workload: str | None

    def answer(self, placeholder: Placeholder, path: Path) -> Value:
        """The value of a placeholder; raises :class:`Unresolved`."""
        root = placeholder.path[0]
        if root == "resources":
            return self._resource(placeholder, path)
        if root == "metadata":
            return self._metadata(placeholder)
        hint = did_you_mean(root, SCORE_ROOTS, noun="placeholders start with")
        raise Unresolved("unknown-root", f"{placeholder.raw} refers to nothing", hint)

    def address(self, placeholder: Placeholder) -> Address:
        """The address of the resource that ``${resources.NAME…}`` names; raises :class:`Unresolved`."""
        names = self.site.draft.names.get(self.workload, {})
        name = placeholder.path[1] if len(placeholder.path) > 1 else ""
        if name not in names:
            who = f"workload '{self.workload}'" if self.workload else "the application"
            hint = did_you_mean(name, names, noun="resources")
            raise Unresolved("unknown-resource", f"{placeholder.raw}: {who} declares no such resource", hint)
        return names[name]

    def _resource(self, placeholder: Placeholder, path: Path) -> Value:
        address = self.address(placeholder)
        if len(placeholder.path) == 2:
            hint = f"name one of its outputs: ${{resources.{placeholder.path[1]}.OUTPUT}}"
            raise Unresolved("incomplete-reference", f"{placeholder.raw} names no output", hint)
        return self.site.refer(address, placeholder.path[2:], placeholder, path)

    def _metadata(self, placeholder: Placeholder) -> Value:
        draft = self.site.draft
        metadata: Mapping[str, Any] = {"name": draft.request.application.name}
        if self.workload is not None:
            metadata = draft.workloads[self.workload].metadata
        found: Any = metadata
        for step in placeholder.path[1:]:
            if not is_map(found) or step not in found:
                known = list(found) if is_map(found) else []
                hint = did_you_mean(step, known, noun="metadata")
                raise Unresolved("unknown-metadata", f"{placeholder.raw} is not in the metadata", hint)
            found = found[step]
        return found
