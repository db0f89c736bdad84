"""Reading and writing a state that exists loads neither the migrations' library nor the encryption's."""

import json
import subprocess
import sys
from pathlib import Path

from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.sql import SqlStore

SCRIPT = """
import json, sys
from pathlib import Path
from bakehouse.drivers.secrets import KeyFile, KeyHolder, environment_secrets
from bakehouse.plans.state.holder import current_holder
from bakehouse.plans.state.sql import open_store
store = open_store(sys.argv[1], create=True, state_home=Path(sys.argv[2]))
home = store.reader().environments()[0]
with store.hold(home.uid, current_holder("dev", "apply")) as writer:
    writer.commit([], [{"n": 1}])
store.backup()
store.close()
print(json.dumps(sorted({name.split(".")[0] for name in sys.modules})))
"""


def test_a_state_that_exists_needs_no_migrations_and_no_encryption(store: SqlStore, tmp_path: Path) -> None:
    store.register(samples.environment())
    command = [sys.executable, "-c", SCRIPT, f"sqlite:///{store.path}", str(tmp_path / "state")]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert (
        set(json.loads(run.stdout)) & {"alembic", "cryptography", "networkx", "pydantic", "pytest"} == set()
    )
