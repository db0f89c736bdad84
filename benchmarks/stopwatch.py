"""Runs one command and writes what it cost as JSON: `stopwatch.py RESULT COMMAND…`. Exits with 0 whatever the command did.

A process of its own, because Linux counts the memory of whoever starts a program into the program's peak: started
from the benchmark itself, which holds large configurations, a small command would look large.
"""

import json
import os
import sys
import time


def main(result: str, command: list[str]) -> None:
    """Start the command in this folder and environment, wait for it, write `{wall, cpu, peak, code}`."""
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    wall = time.perf_counter() - start
    figures = {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss * 1024}
    with open(result, "w", encoding="utf-8") as file:
        json.dump({**figures, "code": os.waitstatus_to_exitcode(status)}, file)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
