"""Where the server of one create token keeps its data: in the environment's private folder, or, started by root, outside.

A private folder is closed to everybody else, so a server that runs as another user has its data in the system's
folder. Which of the two it was is recorded, and found again without a record.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Generator
from pathlib import Path

from ...sdk import Context, PermanentFault
from ..local import system
from ..local.account import Account, CommandFailed, run_as, server_account
from ..local.private import locked, private_folder, prune
from .binaries import Binaries, find_binaries
from .cluster import Cluster

BASE = "base"
"""The name under which the folder is recorded."""


class Place:
    """The folders of one create token. ``near`` is also what is locked while anything here is changed."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._key = hashlib.sha256(context.token.encode()).hexdigest()[:16]
        self._near = context.workspace.home / "pg" / self._key
        recorded = context.prior.private.get(BASE) if context.prior else None
        self._recorded = Path(recorded) if isinstance(recorded, str) else None

    @contextlib.contextmanager
    def held(self) -> Generator[None]:
        """Hold the place for this thread alone."""
        with locked(self._near):
            yield

    def base(self) -> Path | None:
        """The folder that holds a complete data folder; None without one."""
        for base in (self._recorded, self._near, system.SYSTEM / self._key):
            if base is not None and (base / "data" / "PG_VERSION").is_file():
                return base
        return None

    def cluster(self) -> Cluster | None:
        """The cluster that is there, with binaries that can run its data; None without one. Called while held."""
        base = self.base()
        if base is None:
            return None
        account = system.account_of(base / "data")
        major = int((base / "data" / "PG_VERSION").read_text(encoding="ascii"))
        return Cluster(self._context, base, account, self._runnable(find_binaries(major), account))

    def new_cluster(self) -> Cluster:
        """Where a cluster is to be made, and with which binaries. Called while held."""
        account = server_account("PostgreSQL", "postgres")
        base = system.make_folder(self._key) if account else private_folder(self._near)
        return Cluster(self._context, base, account, self._runnable(find_binaries(), account))

    def remove(self) -> None:
        """Remove all that was made; called while held."""
        if self._recorded not in (None, self._near, system.SYSTEM / self._key):
            shutil.rmtree(self._recorded, ignore_errors=True)
        system.remove_folder(self._key)
        shutil.rmtree(self._near)
        prune(self._near.parent, levels=2)

    def _runnable(self, binaries: Binaries, account: Account | None) -> Binaries:
        """The binaries, or copies of them where the account cannot run them in their place."""
        if account is None or self._can_run(binaries, account):
            return binaries
        moved = binaries.below(system.copied(binaries.tree, binaries.digest(), self._key))
        if not self._can_run(moved, account):
            raise PermanentFault(
                f"user {account.uid} cannot run {binaries.program('postgres')}, nor a copy of it",
                hint="install PostgreSQL for all users",
            )
        return moved

    def _can_run(self, binaries: Binaries, account: Account) -> bool:
        try:
            run_as(self._context, account, [binaries.program("postgres"), "--version"], Path("/"))
        except CommandFailed:
            return False
        return True
