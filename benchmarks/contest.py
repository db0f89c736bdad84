"""The order of runs: every operation is run by all contenders in turn before any runs it again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from .contender import OPERATIONS, Contender
from .measure import Failed, Sample, TooLong, median, run
from .shapes import Shape

Say = Callable[[str], None]

LONG = 10.0
"""Seconds: what takes longer is run once, because noise is small beside it and the whole would take hours."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How often each operation is measured, and how many seconds one run may take."""

    repeats: int
    limit: float


@dataclass(frozen=True, slots=True)
class Figure:
    """What came out for one contender and operation: the median and its samples, or why there is none."""

    contender: str
    shape: str
    size: int
    operation: str
    samples: tuple[Sample, ...] = ()
    missing: str = ""
    pretended: bool = False
    """Whether it ran over a state that was written for it, because its own apply took too long."""

    @property
    def median(self) -> Sample:
        """The median of the samples; only where nothing is missing."""
        return median(self.samples)


@dataclass(slots=True)
class Contest:
    """Runs shapes of growing size and keeps what it measured."""

    bounds: Bounds
    say: Say
    figures: list[Figure] = field(default_factory=list[Figure])
    _pretending: set[str] = field(default_factory=set[str])

    def hold(self, shape: Shape, contenders: Sequence[Contender]) -> None:
        """Measure all operations over one shape."""
        unready: dict[str, str] = {}
        self._pretending.clear()
        for contender in contenders:
            contender.write(shape, frozenset())
            contender.reset(shape)
        for operation in OPERATIONS:
            if operation == "1 % changed":
                for contender in contenders:
                    contender.write(shape, shape.changed())
            self._measure(operation, shape, contenders, unready)

    def _measure(
        self, operation: str, shape: Shape, contenders: Sequence[Contender], unready: dict[str, str]
    ) -> None:
        samples: dict[str, list[Sample]] = {c.name: [] for c in contenders}
        missing = {c.name: unready.get(c.name) or self._hopeless(c, shape, operation) for c in contenders}
        for _ in range(self.bounds.repeats):
            for contender in contenders:
                taken = samples[contender.name]
                if not missing[contender.name] and not (taken and taken[0].wall > LONG):
                    missing[contender.name] = self._once(operation, shape, contender, taken)
        for contender in contenders:
            reason = missing[contender.name]
            kept = () if reason else tuple(samples[contender.name])
            pretended = contender.name in self._pretending
            figure = Figure(contender.name, shape.name, shape.size, operation, kept, reason, pretended)
            self.figures.append(figure)
            self.say(_line(figure))
            if operation == "apply" and reason:
                contender.reset(shape)
                if contender.pretend_applied(shape):
                    self._pretending.add(contender.name)
                else:
                    unready[contender.name] = "not applied"

    def _once(self, operation: str, shape: Shape, contender: Contender, samples: list[Sample]) -> str:
        if operation == "apply":
            contender.reset(shape)
        command = contender.apply() if operation == "apply" else contender.plan()
        command = replace(command, says=contender.says(operation, shape))
        try:
            samples.append(run(command, self.bounds.limit))
        except TooLong as late:
            return str(late)
        except Failed as failed:
            self.say(str(failed))
            return "failed"
        return ""

    def _hopeless(self, contender: Contender, shape: Shape, operation: str) -> str:
        """Why a run is not tried: a smaller one was too slow already, or would be even if time grew only linearly."""
        for figure in reversed(self.figures):
            if (figure.contender, figure.shape, figure.operation) != (contender.name, shape.name, operation):
                continue
            if figure.missing.startswith("over"):
                return figure.missing
            if figure.samples:
                guess = figure.median.wall * shape.size / figure.size
                return f"over {self.bounds.limit:.0f} s (foreseen)" if guess > self.bounds.limit else ""
        return ""


def _line(figure: Figure) -> str:
    head = f"{figure.size:>6} {figure.shape:<12} {figure.operation:<12} {figure.contender:<10}"
    if figure.missing:
        return f"{head} {figure.missing}"
    middle = figure.median
    return f"{head} {middle.wall:8.2f} s  cpu {middle.cpu:8.2f} s  peak {middle.peak / 1e6:6.0f} MB"
