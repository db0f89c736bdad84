"""What every test gets: a home of its own, and settings of hypothesis that leave nothing in the tree."""

import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import figures

settings.register_profile("house", deadline=None, database=None, print_blob=True)
settings.load_profile("house")

# A runner started in the background ignores Ctrl-C, and one under nohup the end of its terminal; so would every program
# that a test interrupts.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN and threading.current_thread() is threading.main_thread():
        signal.signal(number, handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-point", action="store_true", help="Kill at every point, not at a share of them."
    )
    parser.addoption("--figures", metavar="FILE", help="Write there what the tests of the scenarios came to.")


def pytest_configure(config: pytest.Config) -> None:
    file = config.getoption("figures")
    if file is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(figures.Recorder(Path(file).absolute()))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    figures.mark(items)


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Tells a figure that the test found, for the page of the scenarios that it shows."""
    return lambda text: record_property(figures.FIGURE, text)


USER_FOLDERS = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")


def _settle(home: Path, patch: pytest.MonkeyPatch) -> Path:
    """Point everything that is kept for a user to folders below `home`, and forget the caller's own settings."""
    for name in USER_FOLDERS:
        folder = home if name == "HOME" else home / name.removeprefix("XDG_").removesuffix("_HOME").lower()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        patch.setenv(name, str(folder))
    for name in ("BAKEHOUSE_STATE", "BAKEHOUSE_ENVIRONMENT", "BAKEHOUSE_KEY_FILE"):
        patch.delenv(name, raising=False)
    return home


@pytest.fixture(scope="session", autouse=True)
def _no_test_sees_the_users_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        _settle(tmp_path_factory.mktemp("user"), patch)
        yield


@pytest.fixture
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of this test's own; the XDG folders lie below it. Programs that the test starts inherit them.

    Its path is short, because sockets live below XDG_RUNTIME_DIR and a socket's path holds 107 bytes at most.
    """
    return _settle(tmp_path_factory.mktemp("h"), monkeypatch)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say aloud, once each, what could not be tested: also where a runner shows no reasons of skips."""
    skips = terminalreporter.stats.get("skipped", ())
    reasons = (
        skip.longrepr[2].removeprefix("Skipped: ") for skip in skips if isinstance(skip.longrepr, tuple)
    )
    for line in sorted({reason for reason in reasons if reason.startswith("NOT TESTED")}):
        terminalreporter.write_line(line, red=True, bold=True)
