"""Writes the pages that are made from the program itself; `--check` only says whether they are up to date.

docs/reference/commands.md holds the `--help` of every command, in the order in which they are registered;
docs/drivers/http.openapi.json is the contract of a service that the driver `http` asks; docs/reference/events.md and the
schema beside it are the vocabulary of events; docs/reliability.md says which tests show that plan and apply survive what;
the table in docs/packs.md says which built-in pack meets which type.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

os.environ.update(NO_COLOR="1", COLUMNS="100", TERM="dumb")
sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import click
import yaml

from bakehouse.cli.main import main as program
from bakehouse.drivers.builtin.http.openapi import document
from bakehouse.plans.apply.vocabulary import WORDS, event_schema, fields_of
from bakehouse.resolvers.catalog import BUILT_IN_PACKS, CatalogSource, Layer, load_catalog
from scenarios import SCENARIOS, shown

DOCS = Path(__file__).parent
WIDTH = 100

RELIABILITY = """\
# Reliability

What plan and apply survive, and the tests that show it. `make docs` makes this page from the marks
`@pytest.mark.scenario(NUMBER)` of the tests; a scenario that no test shows says so. Where a test needs no real system, a
driver works in a world that can be made to fail, and that keeps a journal of its own: the journal, not the state, is the
witness of what was made. `make reliability` runs all of them, kills at every point and not at a share of them, and writes
down what they came to.

"""


EVENTS = """\
# Events

Made by `make docs`. What happens during a deployment is told in one vocabulary: `apply --json` writes a line for each event,
`logs --deployment N --json` tells them again from what was recorded, and traces and metrics are made from them
([watching deployments](../watching.md)). The JSON Schema is [events.schema.json](events.schema.json). Fields and kinds may
be added; what is here keeps its name, type and meaning within format 1. No event holds a secret in clear.
"""


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """Path and help text of a command and of all below it, those that are hidden left out."""
    yield context.command_path, command.get_help(context)
    if not isinstance(command, click.Group):
        return
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        if below is not None and not below.hidden:
            yield from commands(below, below.make_context(name, [], parent=context, resilient_parsing=True))


def commands_page() -> str:
    """The page of all commands, as Markdown."""
    context = click.Context(program, info_name="bakehouse", terminal_width=WIDTH, max_content_width=WIDTH)
    parts = ["# Commands\n\nMade by `make docs` from the program's own help.\n"]
    for path, text in commands(program, context):
        parts.append(f"## `{path}`\n\n```text\n{text.strip()}\n```\n")
    return "\n".join(parts)


def events_page() -> str:
    """The page of all events, as Markdown."""
    parts = [EVENTS]
    for kind, word in WORDS.items():
        rows = "\n".join(
            f"| `{name}` | {field.text}{'' if field.always else ' (not always there)'} |"
            for name, field in fields_of(kind).items()
        )
        parts.append(f"## `{kind.value}`\n\nWhen {word.text}.\n\n| field | meaning |\n|---|---|\n{rows}\n")
    return "\n".join(parts)


def reliability_page() -> str:
    """The page of scenarios and of the tests that show them, as Markdown."""
    tests = shown()
    last = yaml.safe_load((DOCS / "reliability.yaml").read_text(encoding="utf-8"))
    head = f"Last figures: {last['date']}, commit `{last['commit']}`, Python {last['python']}.\n"
    rows = [head, "| | scenario | shown by | last figures |", "|---|---|---|---|"]
    for number, sentence in SCENARIOS.items():
        found = "; ".join(f"[{test.says}](../tests/{test.file})" for test in tests.get(number, []))
        figures = _figures(last["scenarios"].get(number))
        rows.append(f"| {number} | {sentence} | {found or '*not shown yet*'} | {figures} |")
    return RELIABILITY + "\n".join(rows) + "\n"


def _figures(found: Mapping[str, Any] | None) -> str:
    """What the tests of one scenario came to when all were run last."""
    if found is None:
        return "*not run yet*"
    skipped = f", {found['skipped']} not possible there" if found["skipped"] else ""
    return "; ".join((f"{found['passed']} passed{skipped}", *found["said"]))


def packs_page() -> str:
    """The page of packs, its table made anew; raises KeyError for a "no" that docs/packs.yaml gives no reason for."""
    page = (DOCS / "packs.md").read_text(encoding="utf-8")
    made = re.compile(r"(<!-- made by .*? -->\n).*?(<!-- end -->)", re.DOTALL)
    return made.sub(lambda found: f"{found[1]}{packs_table()}{found[2]}", page)


def packs_table() -> str:
    """A row for each type of the program and of its packs, a column for each pack: "yes", or the reason for "no"."""
    reasons: dict[str, dict[str, str]] = yaml.safe_load((DOCS / "packs.yaml").read_text(encoding="utf-8"))
    packs = {name: _layers_with(name) for name in sorted(BUILT_IN_PACKS)}
    own = {type_: name for name, (pack, _) in packs.items() for type_ in pack.types}
    (_, common), *_ = packs.values()
    rows = [("type", *(f"`{name}`" for name in packs)), ("---",) * (len(packs) + 1)]
    for type_ in (*sorted(common.types), *sorted(own)):
        rows.append((f"`{type_}`", *(_met(type_, pack, own, reasons) for pack, _ in packs.values())))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _layers_with(pack: str) -> tuple[Layer, Layer]:
    """The layer of a built-in pack, and that of the built-in types."""
    with tempfile.TemporaryDirectory() as folder:
        head: dict[str, Any] = {"kind": "Platform", "metadata": {"name": "page"}}
        (Path(folder) / "platform.yaml").write_text(
            yaml.safe_dump({**head, "spec": {"packs": [{"name": pack}]}}), encoding="utf-8"
        )
        layers = load_catalog(CatalogSource.of(folder, DOCS)).layers
    return next(layer for layer in layers if layer.name == pack), layers[-1]


def _met(type_: str, pack: Layer, own: dict[str, str], reasons: dict[str, dict[str, str]]) -> str:
    if type_ in pack.by_type:
        return "yes"
    if own.get(type_) not in (None, pack.name):
        return f"a type of `{own[type_]}`"
    why = reasons.get(pack.name, {}).get(type_) or reasons["*"].get(type_)
    if why is None:
        raise KeyError(f"packs.yaml does not say why {pack.name} does not meet {type_}")
    return f"no: {why}"


def main() -> int:
    """Exit code 0 when every page is up to date, or was made so."""
    pages = {
        DOCS / "reference" / "commands.md": commands_page(),
        DOCS / "reliability.md": reliability_page(),
        DOCS / "packs.md": packs_page(),
        DOCS / "drivers" / "http.openapi.json": json.dumps(document(), indent=2) + "\n",
        DOCS / "reference" / "events.md": events_page(),
        DOCS / "reference" / "events.schema.json": json.dumps(event_schema(), indent=2) + "\n",
    }
    stale = [
        page for page, text in pages.items() if not page.is_file() or page.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for page in stale:
            print(f"{page.name} is not what the program says: run `make docs`")
        return bool(stale)
    for page in stale:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(pages[page], encoding="utf-8")
        print(f"wrote {page.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
