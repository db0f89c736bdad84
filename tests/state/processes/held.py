"""Holds an environment and writes one group for every line that it reads; says what came of each.

Usage: held.py URL STATE_HOME ENVIRONMENT_UID LEASE_SECONDS FIRST
"""

import sys
from pathlib import Path

from bakehouse.graph.errors import BakehouseError
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me
from bakehouse.plans.state.sql import open_store

url, state_home, uid, seconds, first = sys.argv[1:]
store = open_store(url, create=False, state_home=Path(state_home), lease_seconds=float(seconds))
number = int(first)
with store.hold(uid, me()) as writer:
    begun = writer.begin(samples.deployment(), {})
    former = writer.took_over_from
    print("held", writer.lease.fence, begun.number, former.holder.pid if former else "-", flush=True)
    for _ in sys.stdin:
        try:
            writer.commit([samples.written(samples.resource(uid, n)) for n in (number, number + 1)])
        except BakehouseError as error:
            print(error.diagnostics[0].code, flush=True)
        else:
            number += 2
            print("written", flush=True)
