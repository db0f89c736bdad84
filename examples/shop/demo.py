"""The demo: plans and applies the shop on this machine, fetches its page through the route, says what to try next.

Only the standard library is used, and of Bakehouse only its command, as anybody would use it. A second run finds nothing
to do. The exit code is that of the first command that failed.
"""

import http.client
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SHOP = Path(__file__).resolve().parent
ENVIRONMENT = "local"
PLAN = SHOP / ".bakehouse" / "demo.plan"
CHANGES = 2
PATIENCE = 30.0

TRY = """\
Try next:
  {change_folder}export PATH="{programs}:$PATH"
  bakehouse status                     what runs, and where
  bakehouse logs worker -f             watch the oven while you order a loaf
  bakehouse explain postgres#web.db    which rule chose this database, and why the others lost
  bakehouse env set LOG_LEVEL=debug    then `bakehouse plan`: what that would restart
  bakehouse rotate postgres#web.db     a new password, while the shop stays open
  bakehouse destroy                    nothing stays behind
"""


class Failed(Exception):
    """A command of the demo ended with this exit code; what it said is on the screen already."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def bakehouse(
    *words: str, fine: tuple[int, ...] = (0,), capture: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run the command in the shop's folder; raises :class:`Failed` for an exit code that is not ``fine``."""
    command = [sys.executable, "-m", "bakehouse", *words]
    pipe = subprocess.PIPE if capture else None
    done = subprocess.run(
        command, cwd=SHOP, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, check=False
    )
    if done.returncode not in fine:
        print(done.stdout or "", end="", flush=True)
        print(done.stderr or "", end="", file=sys.stderr)
        print(
            f"\nThe demo stopped: `bakehouse {' '.join(words)}` ended with {done.returncode}.",
            file=sys.stderr,
        )
        raise Failed(done.returncode)
    return done


def say(text: str) -> None:
    """A line of the demo's own, before what the next command prints."""
    print(
        f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() and "NO_COLOR" not in os.environ else f"\n{text}",
        flush=True,
    )


def prepare() -> None:
    """Register the environment if it is not registered yet."""
    known = json.loads(bakehouse("env", "list", "--json", capture=True).stdout)
    if ENVIRONMENT not in [environment["name"] for environment in known["environments"]]:
        say(f"A place to run: the environment `{ENVIRONMENT}`")
        bakehouse("init", "--no-input")


def deploy() -> None:
    """Make a plan and carry exactly that out, or say how long it took to find nothing to do."""
    say("The plan: what the files ask for, against what is recorded")
    started = time.perf_counter()
    words = ("plan", "-e", ENVIRONMENT, "--out", str(PLAN), "--detailed-exitcode", "--no-input")
    planned = bakehouse(*words, fine=(0, CHANGES), capture=True)
    seconds = time.perf_counter() - started
    if planned.returncode == CHANGES:
        bakehouse("apply", str(PLAN), "--auto-approve", "--no-input")  # shows it first
    else:
        print(planned.stdout, end="")
        print(f"Found out in {seconds:.2f} s.")
    PLAN.unlink(missing_ok=True)


def address() -> str:
    """The page's URL, as the resource `dns` of the workload `web` says it."""
    known: dict[str, Any] = json.loads(bakehouse("outputs", "-e", ENVIRONMENT, "--json", capture=True).stdout)
    url: str = known["resources"]["dns#web.dns"]["url"]
    return url


def fetch(url: str) -> tuple[str, float]:
    """The page and the seconds that it took, once it answers.

    Names below `.localhost` do not resolve on every machine, so the request goes to 127.0.0.1 and names the host itself.
    """
    parts = urlsplit(url)
    deadline = time.monotonic() + PATIENCE
    said: int | Exception
    while True:
        started = time.perf_counter()
        try:
            connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=5)
            connection.request("GET", parts.path or "/", headers={"Host": parts.netloc})
            answer = connection.getresponse()
            said, page = answer.status, answer.read().decode()
            connection.close()
        except (OSError, http.client.HTTPException) as error:
            said, page = error, ""
        if said == 200:
            return page, time.perf_counter() - started
        if time.monotonic() > deadline:
            print(f"\nThe demo stopped: {url} gives no page ({said}).", file=sys.stderr)
            print("What the workloads print: `bakehouse logs web`", file=sys.stderr)
            raise Failed(1)
        time.sleep(0.2)


def farewell(url: str, page: str, seconds: float) -> None:
    """Where the shop is, and what to try."""
    title = re.search(r"<title>(.*?)</title>", page)
    say(f"The shop is open: {url}")
    print(
        f"Fetched through the route in {seconds * 1000:.0f} ms: {title[1] if title else 'a page without a title'}\n"
    )
    here = Path.cwd()
    folder = "" if here == SHOP else f"cd {SHOP.relative_to(here) if SHOP.is_relative_to(here) else SHOP}\n  "
    print(TRY.format(change_folder=folder, programs=Path(sys.executable).parent), end="")


def main() -> int:
    """The whole demo; the exit code is that of the first command that failed."""
    try:
        prepare()
        deploy()
        url = address()
        farewell(url, *fetch(url))
    except Failed as failed:
        return failed.code
    except KeyboardInterrupt:
        print("\nThe demo was stopped; start it again and it goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
