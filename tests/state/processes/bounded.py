"""Writes until the system refuses to let a file grow; then reads back what was acknowledged.

Usage: bounded.py URL STATE_HOME BYTES
"""

import resource
import sys
from pathlib import Path

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import recorded, writing
from bakehouse.plans.state.sql import open_store
from bakehouse.plans.state.store import StateError

url, state_home, size = sys.argv[1:]
store = open_store(url, create=True, state_home=Path(state_home))
home = store.register(samples.environment())
resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), int(size)))
acknowledged = 0
try:
    with writing(store, home) as writer:
        while True:
            writer.commit([samples.written(samples.resource(home.uid, acknowledged))])
            acknowledged += 1
except StateError as error:
    print(error.diagnostics[0].code)
found = len(recorded(store, home).resources)
assert acknowledged == found > 0, (acknowledged, found)
