"""The graphs that are measured: names, and who reads whom. Pure; both sides are written from one shape."""

from dataclasses import dataclass

SHAPES = ("independent", "layered", "chain", "fan-in")
LAYERS = 10


@dataclass(frozen=True, slots=True)
class Shape:
    """A graph of `size` nodes; `reads[i]` are the nodes whose value node i takes in, all smaller than i."""

    name: str
    size: int
    reads: tuple[tuple[int, ...], ...]

    def node(self, index: int) -> str:
        """The name of a node in both configurations."""
        return f"n{index}"

    def changed(self) -> frozenset[int]:
        """The one per cent that is changed in place: the nodes that fewest others read, so that little else must follow."""
        count = max(1, self.size // 100)
        if self.name == "fan-in":
            return frozenset(range(count))
        return frozenset(range(self.size - count, self.size))


def shape(name: str, size: int) -> Shape:
    """Make a shape: `layered` has ten layers, each node reading two of the layer before; `fan-in` one that reads all."""
    reads: list[tuple[int, ...]]
    match name:
        case "independent":
            reads = [()] * size
        case "layered":
            width = max(1, size // LAYERS)
            reads = [_two_before(i, width) for i in range(size)]
        case "chain":
            reads = [(i - 1,) if i else () for i in range(size)]
        case "fan-in":
            reads = [*[()] * (size - 1), tuple(range(size - 1))]
        case _:
            raise ValueError(f"no shape {name!r}; there are {', '.join(SHAPES)}")
    return Shape(name, size, tuple(reads))


def _two_before(index: int, width: int) -> tuple[int, ...]:
    layer, place = divmod(index, width)
    if layer == 0:
        return ()
    first = (layer - 1) * width
    return tuple(sorted({first + place, first + (place * 7 + 3) % width}))


def value(index: int, changed: frozenset[int]) -> str:
    """The own value of a node, before (`changed` is empty) or after the change."""
    return f"value-{index}-{'b' if index in changed else 'a'}"
