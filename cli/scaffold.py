"""What `init` puts into a folder: a first application, and the entry that keeps the state out of version control."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from ..graph.diagnostics import Diagnostic
from ..graph.errors import InvalidInput
from ..resolvers.application import LONE_SCORE, MANIFEST
from ..resolvers.application.root import label
from .schemas import modeline

IGNORED = ".bakehouse/"

_APPLICATION = """\
apiVersion: bakehouse.dev/v1
kind: Application
metadata:
  name: {name}
spec:
  workloads: ["score.yaml"]
"""

_SCORE = """\
apiVersion: score.dev/v1b1
metadata:
  name: web
service:
  ports:
    http: {port: 8000}
containers:
  main:
    image: .
    command: ["sh", "-c", "exec python3 -m http.server $PORT --bind 127.0.0.1 --directory public"]
resources:
  dns:
    type: dns
  route:
    type: route
    params:
      host: ${resources.dns.host}
      path: /
      port: http
"""

_PAGE = """\
<!doctype html>
<title>It works</title>
<h1>It works</h1>
<p>This page is served by the workload web; see score.yaml.</p>
"""


def scaffold(folder: Path) -> list[Path]:
    """Write the files that are missing and give their paths; what is there stays as it is. Raises InvalidInput."""
    made: list[Path] = []
    try:
        if not any((folder / name).exists() for name in (MANIFEST, LONE_SCORE)):
            manifest = _APPLICATION.format(name=label(folder.resolve().name))
            made.append(
                _write(folder / MANIFEST, modeline("Application", PurePosixPath(MANIFEST)) + manifest)
            )
            made.append(_write(folder / LONE_SCORE, modeline("Score", PurePosixPath(LONE_SCORE)) + _SCORE))
            if not (folder / "public").exists():
                made.append(_write(folder / "public" / "index.html", _PAGE))
        if _ignore(folder / ".gitignore"):
            made.append(folder / ".gitignore")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(Diagnostic("not-written", f"{folder} cannot be made ready: {error}")) from error
    return made


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path


def _ignore(file: Path) -> bool:
    """Add the entry to a .gitignore; whether it was missing."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if any(line.strip().strip("/") == IGNORED.strip("/") for line in text.splitlines()):
        return False
    separator = "" if not text or text.endswith("\n") else "\n"
    file.write_text(f"{text}{separator}{IGNORED}\n", encoding="utf-8")
    return True
