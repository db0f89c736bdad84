"""Progress on a terminal: what runs now in updating lines, what ended above them."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ...plans.apply.events import Event, EventKind
from ...plans.state.records import StepStatus
from .progress import FEW, Progress, line_of
from .screen import Screen
from .steps import DOING, seconds
from .text import Line, Span, clean, shorten

_FRAMES_A_SECOND = 8
_GOOD = (StepStatus.DONE, StepStatus.UNCHANGED)


class ProgressLive(Progress):
    """Running steps below, each with its last message and the time it takes; ended ones scroll away above."""

    def __init__(self, screen: Screen) -> None:
        super().__init__(screen)
        self._spinner = Spinner("dots")
        self._running: dict[tuple[str, str], tuple[str, float]] = {}
        self._total = 0
        self._ended = 0
        self._began = time.monotonic()
        self._colour = colour = screen.coloured(screen.err)
        self._console = Console(
            file=screen.err, no_color=not colour, highlight=False, markup=False, emoji=False
        )
        self._live = Live(
            console=self._console,
            get_renderable=self._frame,
            refresh_per_second=_FRAMES_A_SECOND,
            transient=True,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the updating lines away."""
        self._live.stop()

    def __call__(self, event: Event) -> None:
        """Take the event in; the next frame shows it."""
        key = event.address, event.step
        match event.kind:
            case EventKind.STEP_STARTED:
                self._running[key] = DOING.get(event.step, event.step), time.monotonic()
            case EventKind.STEP_PROGRESS | EventKind.STEP_RETRY:
                _, since = self._running.get(key, ("", time.monotonic()))
                self._running[key] = str(event.detail.get("message", "")), since
            case EventKind.STEP_FINISHED:
                self._running.pop(key, None)
                self._ended += 1
                if self._total <= FEW or event.detail.get("status") not in _GOOD:
                    self._above(line_of(event))
            case EventKind.DEPLOYMENT_STARTED:
                self._total = int(event.detail.get("total", 0))
            case _:
                self._above(line_of(event))

    def _above(self, line: Line | None) -> None:
        if line is not None:
            self._console.print(self._text(line), soft_wrap=True)

    def _frame(self) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        room = max(3, self._console.height - 4)
        running = list(self._running.items())
        for (address, _), (words, since) in running[:room]:
            took = seconds(time.monotonic() - since)
            name = Text(shorten(clean(address), 44), style="bold" if self._colour else "")
            table.add_row(
                self._spinner,
                name,
                Text(shorten(clean(words), 60), style="dim" if self._colour else ""),
                Text(took),
            )
        if len(running) > room:
            table.add_row("", Text(f"and {len(running) - room} more", style="dim"))
        whole = Text(f"{self._ended} of {self._total} done, {seconds(time.monotonic() - self._began)}")
        table.add_row("", whole)
        return table

    def _text(self, line: Line) -> Text:
        """A line as rich text, made safe; nothing in it is read as markup."""
        text = Text()
        for piece in (line,) if isinstance(line, str) else line:
            span = piece if isinstance(piece, Span) else Span(piece)
            text.append(clean(span.text), style=span.style if self._colour and span.style else None)
        return text
