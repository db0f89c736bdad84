"""Where the server of one create token keeps what it has, and whom it runs as.

It is a folder in the environment's private one or, for a server that root starts as another user, to whom that is closed,
in the system's. Which of the two it was is seen by where the data are.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from ..local import system
from ..local.account import Account, server_account
from ..local.private import private_folder, prune, write_private
from ..local.runfile import RunUser

_DATA = "data"
_NEW = "new-"


class Place:
    """The folders of one create token. ``near`` is also what is locked while anything here is changed.

    ``user`` is whom a server that root starts runs as, unless root has a reason to choose somebody else; without one it
    runs as whoever starts it.
    """

    def __init__(self, parent: Path, token: str, what: str, user: str | None) -> None:
        self._key = hashlib.sha256(token.encode()).hexdigest()[:16]
        self._what, self._user = what, user
        self.near = parent / self._key

    def data(self) -> Path | None:
        """The folder with its data; None without one."""
        return next((base / _DATA for base in self._bases() if (base / _DATA).is_dir()), None)

    def new_data(self, fill: Callable[[Account | None, Path], None]) -> Path:
        """Make the folder with its data: whole or, where ``fill`` raises or we are killed, not at all. Called while held."""
        account = None if self._user is None else server_account(self._what, self._user)
        base = system.make_folder(self._key) if account else private_folder(self.near)
        for left in base.glob(f"{_NEW}*"):
            shutil.rmtree(left)
        fresh = system.give_folder(base / f"{_NEW}{secrets.token_hex(4)}", account)
        fill(account, fresh)
        return fresh.rename(base / _DATA)

    def run_user(self) -> RunUser | None:
        """Whom a server with these data runs as; None for whoever starts it."""
        account = self._account()
        return account.run_user if account else None

    def holds(self, settings: Mapping[str, str]) -> bool:
        """Whether these files are there as they are to be."""
        return all(
            path.is_file() and path.read_bytes() == text.encode()
            for path, text in self._files(settings).items()
        )

    def write(self, settings: Mapping[str, str]) -> None:
        """Write files that only the server can read beside its data. Called while held, and while it does not run."""
        account = self._account()
        for path, text in self._files(settings).items():
            write_private(path, text.encode(), (account.uid, account.gid) if account else None)

    def remove(self) -> None:
        """Remove all that was made; called while held."""
        if self._user is not None:
            system.remove_folder(self._key)
        shutil.rmtree(self.near)
        prune(self.near.parent, levels=2)

    def _bases(self) -> tuple[Path, ...]:
        return (self.near,) if self._user is None else (self.near, system.SYSTEM / self._key)

    def _account(self) -> Account | None:
        data = self.data()
        return system.account_of(data) if data else None

    def _files(self, settings: Mapping[str, str]) -> dict[Path, str]:
        data = self.data()
        return {data.parent / name: text for name, text in settings.items()} if data else {}
