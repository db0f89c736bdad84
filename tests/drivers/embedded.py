"""A server made and deleted by whoever runs this file, below the folder that it names: for tests as a plain user."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from bakehouse.drivers.builtin.embedded import EmbeddedAmqp, EmbeddedMysql
from bakehouse.drivers.builtin.embedded_postgres import EmbeddedPostgres
from bakehouse.drivers.builtin.local import supervisor
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Driver

DRIVERS: dict[str, type[Driver[Any, Any]]] = {
    driver.name: driver for driver in (EmbeddedAmqp, EmbeddedMysql, EmbeddedPostgres)
}


def main(folder: Path, name: str) -> None:
    entry = str(Path(__file__).parent.parent / "local" / "launcher.py")
    vars(supervisor)["LAUNCHER"] = (sys.executable, entry)
    with Bench(DRIVERS[name](), folder) as bench:
        bench.seconds = 170.0
        held = bench.create({})
        port = held.outputs["port"]
        running = bench.status(held).running
        data = [str(path) for path in (folder / "home").rglob("data")]
        bench.delete(held)
        left = [str(path.relative_to(folder)) for path in (folder / "home").rglob("*")]
        print(
            json.dumps(
                {
                    "uid": os.geteuid(),
                    "port": port,
                    "running": running,
                    "base": held.private.get("base"),
                    "data": data,
                    "left": left,
                }
            )
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
