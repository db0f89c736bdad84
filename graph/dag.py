"""A directed acyclic graph of hashable nodes, over networkx.

An edge runs from the dependant to what it depends on. Orders are deterministic: ties are broken by the
nodes' own order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    import networkx

N = TypeVar("N")


class CycleFound(Exception):
    """The graph has a cycle. ``nodes`` is a shortest one; each depends on the next, the last on the first."""

    def __init__(self, nodes: tuple[Any, ...]) -> None:
        self.nodes = nodes
        super().__init__(" -> ".join(str(n) for n in (*nodes, nodes[0])))


class Dag(Generic[N]):
    """Nodes and what they depend on. Dependencies that are no node of the graph are left out."""

    def __init__(self, depends_on: Mapping[N, Iterable[N]]) -> None:
        self._after: dict[N, tuple[N, ...]] = {
            node: tuple(dict.fromkeys(d for d in found if d in depends_on))
            for node, found in depends_on.items()
        }

    def __iter__(self) -> Iterator[N]:
        return iter(self._after)

    def __len__(self) -> int:
        return len(self._after)

    def dependencies(self, node: N) -> tuple[N, ...]:
        """What ``node`` depends on directly."""
        return self._after[node]

    def reverse(self) -> Dag[N]:
        """The same nodes with every edge turned round."""
        turned: dict[N, list[N]] = {node: [] for node in self._after}
        for node, found in self._after.items():
            for dependency in found:
                turned[dependency].append(node)
        return Dag(turned)

    def subgraph(self, keep: Iterable[N]) -> Dag[N]:
        """The graph of ``keep`` and the edges between them."""
        kept = set(keep)
        return Dag({n: d for n, d in self._after.items() if n in kept})

    def order(self) -> list[N]:
        """Every node after all that it depends on, in generations; raises :class:`CycleFound`."""
        return [node for generation in self.generations() for node in generation]

    def generations(self) -> Iterator[list[N]]:
        """Sorted layers, each depending only on earlier ones; raises :class:`CycleFound` once stuck."""
        missing = {node: len(found) for node, found in self._after.items()}
        dependants = self.reverse()
        layer: list[Any] = sorted((n for n, count in missing.items() if not count), key=_sortable)
        done = 0
        while layer:
            yield layer
            done += len(layer)
            released: list[Any] = []
            for node in layer:
                for dependant in dependants._after[node]:
                    missing[dependant] -= 1
                    if not missing[dependant]:
                        released.append(dependant)
            layer = sorted(released, key=_sortable)
        if done < len(self._after):
            raise CycleFound(self.cycle() or ())

    def ancestors(self, nodes: Iterable[N]) -> set[N]:
        """``nodes`` and everything that they depend on, directly or not."""
        seen: set[N] = set()
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node not in seen and node in self._after:
                seen.add(node)
                stack.extend(self._after[node])
        return seen

    def touched(self, nodes: Iterable[N]) -> set[N]:
        """``nodes``, everything that depends on them, and everything that any of these depends on."""
        return self.ancestors(self.reverse().ancestors(nodes))

    def cycle(self) -> tuple[N, ...] | None:
        """A shortest cycle, starting at its smallest node, or None."""
        import networkx

        graph = self.networkx()
        best: tuple[N, ...] | None = None
        for component in networkx.strongly_connected_components(graph):
            for found in self._loops(graph, component):
                if best is None or len(found) < len(best):
                    best = found
        if best is None:
            return None
        start = min(range(len(best)), key=lambda i: _sortable(best[i]))
        return best[start:] + best[:start]

    def _loops(self, graph: networkx.DiGraph[N], component: set[N]) -> Iterator[tuple[N, ...]]:
        import networkx

        members = sorted(component, key=_sortable)[:200]
        for node in members:
            if graph.has_edge(node, node):
                yield (node,)
            elif len(component) > 1:
                part = graph.subgraph(component)
                paths = [
                    networkx.bidirectional_shortest_path(part, n, node)
                    for n in self._after[node]
                    if n in component
                ]
                yield (node, *min(paths, key=len)[:-1])

    def networkx(self) -> networkx.DiGraph[N]:
        """A networkx copy of the graph."""
        import networkx

        graph: networkx.DiGraph[N] = networkx.DiGraph()
        graph.add_nodes_from(self._after)
        graph.add_edges_from((n, d) for n, found in self._after.items() for d in found)
        return graph


def _sortable(node: Any) -> Any:
    return node
