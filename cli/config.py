"""The settings of one run: flag, BAKEHOUSE_* variable, bakehouse.yaml, the user's configuration, default; first wins."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from ..graph.diagnostics import Diagnostic, Place, did_you_mean, nearest
from ..graph.errors import InvalidInput
from ..graph.narrow import is_map
from .flags import Flags

PROJECT_FILE = "bakehouse.yaml"
_PROJECT_KEYS = frozenset({"environment", "state", "parallelism"})
_USER_KEYS = frozenset({"environment", "state", "parallelism", "color", "keyFile", "metricsDir"})
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"", "0", "false", "no", "off"})


class Settings(Struct, frozen=True):
    """What holds for this run. ``directory`` is where the application is looked for, going up.

    ``state`` None means the default store beside the application. ``verbosity`` is -1, 0 or 1.
    """

    directory: Path
    environment: str | None = None
    state: str | None = None
    json: bool = False
    color: str = "auto"
    verbosity: int = 0
    no_input: bool = False
    parallelism: int = 10
    debug: bool = False
    key_file: Path | None = None
    metrics_dir: Path | None = None


def settle(flags: Flags, environ: Mapping[str, str]) -> Settings:
    """The settings; raises InvalidInput for a value that cannot be used, naming where it stands."""
    directory = Path(flags.directory) if flags.directory else Path.cwd()
    if not directory.is_dir():
        raise InvalidInput(_no_folder(directory))
    chosen = _Choice(flags, environ, _project(directory), _user(environ))
    key_file = chosen.text("key_file", "keyFile")
    metrics_dir = chosen.text("metrics_dir", "metricsDir")
    return Settings(
        directory=directory,
        environment=chosen.text("environment"),
        state=chosen.text("state"),
        json=chosen.switch("json"),
        color=chosen.color(),
        verbosity=-1 if flags.quiet else int(bool(flags.verbose)),
        no_input=chosen.switch("no_input"),
        parallelism=chosen.number("parallelism", 10),
        debug=chosen.switch("debug"),
        key_file=Path(key_file) if key_file else None,
        metrics_dir=Path(metrics_dir) if metrics_dir else None,
    )


def _no_folder(folder: Path) -> Diagnostic:
    try:
        known = [entry.name for entry in folder.parent.iterdir() if entry.is_dir()]
    except OSError:
        known = []
    close = nearest(folder.name, known)
    hint = f"did you mean '{folder.with_name(close)}'?" if close else "correct the path that -C names"
    return Diagnostic("no-such-folder", f"there is no folder {folder}", hint=hint)


class _Choice(Struct, frozen=True):
    flags: Flags
    environ: Mapping[str, str]
    project: Mapping[str, Any]
    user: Mapping[str, Any]

    def _find(self, name: str, key: str) -> tuple[Any, str]:
        """The nearest value and what it is called; None when it is set nowhere."""
        given = getattr(self.flags, name, None)
        if given is not None:
            return given, f"--{name.replace('_', '-')}"
        variable = f"BAKEHOUSE_{name.upper()}"
        if variable in self.environ:
            return self.environ[variable], variable
        for found, shown in ((self.project, PROJECT_FILE), (self.user, "the user configuration")):
            if key in found:
                return found[key], f"{key} in {shown}"
        return None, ""

    def text(self, name: str, key: str | None = None) -> str | None:
        value, _ = self._find(name, key or name)
        return str(value) if value not in (None, "") else None

    def switch(self, name: str) -> bool:
        value, source = self._find(name, name)
        if value is None or isinstance(value, bool):
            return bool(value)
        if str(value).lower() in _TRUE | _FALSE:
            return str(value).lower() in _TRUE
        raise _unusable(source, str(value), "true or false")

    def number(self, name: str, default: int) -> int:
        value, source = self._find(name, name)
        if value is None:
            return default
        if str(value).isdecimal() and 1 <= int(value) <= 256:
            return int(value)
        raise _unusable(source, str(value), "a number from 1 to 256")

    def color(self) -> str:
        value, source = self._find("color", "color")
        if value in (None, "auto", "always", "never"):
            return str(value or "auto")
        raise _unusable(source, str(value), "auto, always or never")


def _unusable(source: str, value: str, expected: str) -> InvalidInput:
    return InvalidInput(Diagnostic("bad-setting", f"{source} is '{value[:100]}', expected {expected}"))


def _project(directory: Path) -> Mapping[str, Any]:
    """``spec.settings`` of the bakehouse.yaml at or above ``directory``."""
    start = directory.absolute()
    file = next((f / PROJECT_FILE for f in (start, *start.parents) if (f / PROJECT_FILE).is_file()), None)
    if file is None or not _mentions(file, rb"^\s+settings\s*:"):
        return {}
    return _read(file, PROJECT_FILE, _PROJECT_KEYS, lambda data: data.get("spec", {}).get("settings", {}))


def _user(environ: Mapping[str, str]) -> Mapping[str, Any]:
    """``bakehouse/config.yaml`` in the user's configuration folder."""
    home = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/")) / ".config"
    file = Path(home) / "bakehouse" / "config.yaml"
    return _read(file, str(file), _USER_KEYS, lambda data: data) if file.is_file() else {}


def _mentions(file: Path, pattern: bytes) -> bool:
    """A cheap look, so that a large file is not parsed twice in every run."""
    from ..resolvers.source import MAX_BYTES

    with file.open("rb") as content:
        return re.search(pattern, content.read(MAX_BYTES), re.MULTILINE) is not None


def _read(file: Path, shown: str, known: frozenset[str], part: Callable[[Any], Any]) -> Mapping[str, Any]:
    from ..resolvers.source import parse, read_bytes

    document = parse(read_bytes(file, shown), shown)
    try:
        found: Any = part(document.data or {})
    except AttributeError:
        return {}  # not a map where one is expected: told when the application is read
    if not is_map(found):
        raise InvalidInput(Diagnostic("bad-setting", "settings are a map", place=Place(shown)))
    unknown = [key for key in found if key not in known]
    if unknown:
        raise InvalidInput(_unknown(key, shown, known) for key in unknown)
    return found


def _unknown(key: str, shown: str, known: frozenset[str]) -> Diagnostic:
    hint = did_you_mean(key, known, noun="known")
    return Diagnostic("unknown-setting", f"there is no setting '{key}'", place=Place(shown), hint=hint)
