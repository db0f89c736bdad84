"""A program that stands in for `docker`, because no container engine is on the machines of our tests.

It shows what the program is asked and that its faults are told, and nothing about containers.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bakehouse.graph.values import Value

FAKE = """\
#!/bin/sh
# Notes its arguments and its variables of ours, and answers as the file `answer` beside it says.
here=${0%/*}
printf '%s\\n' "$*" >> "$here/asked"
env | grep ^BKH_ >> "$here/given"
if [ -f "$here/fails" ]; then cat "$here/fails" >&2; exit 1; fi
case "$*" in
*" ps "*) cat "$here/ps" ;;
*" --follow "*) exec tail -n +1 -f "$here/logs" ;;
*" logs "*) cat "$here/logs" ;;
esac
"""


class Docker:
    """The stand-in, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "ps").touch()
        (folder / "logs").touch()
        (folder / "docker").write_text(FAKE)
        (folder / "docker").chmod(0o755)

    @property
    def asked(self) -> list[str]:
        """The words of each call after those that are always the same."""
        lines = (self.folder / "asked").read_text().splitlines()
        return [line.partition("--progress quiet ")[2] for line in lines]

    @property
    def given(self) -> str:
        return (self.folder / "given").read_text()

    def fails(self, text: str | None) -> None:
        if text is None:
            (self.folder / "fails").unlink()
        else:
            (self.folder / "fails").write_text(text)

    def runs(self, *services: str, state: str = "running") -> None:
        lines = [json.dumps({"Service": s, "State": state, "ExitCode": 0}) for s in services]
        (self.folder / "ps").write_text("\n".join(lines))

    def says(self, *lines: str) -> None:
        """Lines of ``docker compose logs`` that come after those that there are."""
        with (self.folder / "logs").open("a") as file:
            file.writelines(f"{line}\n" for line in lines)


def workload(name: str = "web", **containers: Mapping[str, Any]) -> dict[str, Value]:
    bodies = containers or {"main": {"image": "registry.test/web:1"}}
    body = {"name": name, "folder": ".", "metadata": {"name": name}, "service": {}, "containers": bodies}
    return {"target": "compose", "workload": body}
