"""A server made and deleted by whoever runs this file, below the folder that it names: for tests as a plain user."""

import json
import os
import sys
from pathlib import Path

from bakehouse.drivers.builtin.embedded_postgres import EmbeddedPostgres
from bakehouse.drivers.builtin.local import supervisor
from bakehouse.drivers.conformance import Bench


def main(folder: Path) -> None:
    entry = str(Path(__file__).parent.parent / "local" / "launcher.py")
    vars(supervisor)["LAUNCHER"] = (sys.executable, entry)
    with Bench(EmbeddedPostgres(), folder) as bench:
        held = bench.create({})
        port = held.outputs["port"]
        running = bench.status(held).running
        bench.delete(held)
        left = [str(path.relative_to(folder)) for path in (folder / "home").rglob("*")]
        print(
            json.dumps(
                {
                    "uid": os.geteuid(),
                    "port": port,
                    "running": running,
                    "base": held.private["base"],
                    "left": left,
                }
            )
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
