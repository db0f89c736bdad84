"""A real pooler before a real PostgreSQL server: PgBouncer, with a few connections that all its clients share."""

import contextlib
import os
from collections.abc import Iterator

from msgspec.structs import replace

from parts.finding import Program, need
from parts.postgres import Server, plain_user
from parts.running import folder, free_port, server

PGBOUNCER = Program("pgbouncer", how="install Debian's pgbouncer", folders=("/usr/sbin",))


@contextlib.contextmanager
def pooled(behind: Server, mode: str = "transaction", connections: int = 2) -> Iterator[Server]:
    """The server as its clients see it through the pooler. ``mode`` is PgBouncer's ``pool_mode``."""
    program, user, port = str(need(PGBOUNCER)), plain_user(), free_port()
    with folder("pool") as place:
        settings, users = place / "pgbouncer.ini", place / "users"
        for path in (settings, users):
            path.touch(mode=0o600)
        users.write_text(f'"{behind.username}" "{behind.password}"\n')
        settings.write_text(
            f"[databases]\n* = host={behind.host} port={behind.port}\n[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\n"
            f"auth_file = {users}\npool_mode = {mode}\ndefault_pool_size = {connections}\n"
        )
        if user is not None:
            for path in (place, settings, users):
                os.chown(path, *user)
        log = place / "pgbouncer.err"

        def ready() -> bool:
            return "process up" in log.read_text(encoding="utf-8", errors="replace")

        with server((program, str(settings)), place, ready, name="pgbouncer", user=user):
            yield replace(behind, port=port, log=log)
