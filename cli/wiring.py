"""Picks the concrete parts: which store, which secret stores, which folders. The only module that does."""

from __future__ import annotations

import getpass
import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ..drivers.context import Workspace
from ..graph.diagnostics import Diagnostic, Place
from ..graph.errors import InvalidInput
from ..graph.values import Secret
from .config import Settings
from .stores import store_at

if TYPE_CHECKING:
    from ..drivers.registry import Registry
    from ..drivers.secrets import KeyFile, SecretRow, Secrets
    from ..graph.application import Application
    from ..plans.operations.workbench import Workbench
    from ..plans.state.records import EnvironmentRecord
    from ..plans.state.settings import CatalogSetting
    from ..plans.state.sql import TableStore
    from ..plans.state.store import StateReader
    from ..resolvers.catalog import Catalog
    from ..resolvers.git import Mirrors
    from ..resolvers.score import Written
    from .catalogs import Catalogs

FOLDER = ".bakehouse"
"""The folder beside the application in which the default store and the local target's data lie."""

_DEFAULT_STORE = f"{FOLDER}/state.db"


class Wiring:
    """The concrete parts for one run, each made when it is first needed."""

    def __init__(
        self, settings: Settings, *, accept_new_state: bool = False, overrides: Written | None = None
    ) -> None:
        self._settings = settings
        self._accept_new_state = accept_new_state
        self._overrides = overrides
        self._application: Application | None = None
        self._opened: list[TableStore] = []

    @cached_property
    def root(self) -> Path:
        """The application's folder; the folder that the user named, where there is no application."""
        from ..resolvers.application import find_root

        try:
            return find_root(self._settings.directory)
        except InvalidInput:
            return self._settings.directory.absolute()

    @cached_property
    def environ(self) -> Mapping[str, str]:
        """The process's variables, with the key file that the settings name."""
        key_file = self._settings.key_file
        return os.environ if key_file is None else {**os.environ, "BAKEHOUSE_KEY_FILE": str(key_file)}

    @cached_property
    def mirrors(self) -> Mirrors:
        """The user's mirrors of repositories."""
        from ..resolvers.git import Mirrors

        return Mirrors.of_user(self.environ)

    def store(self, *, create: bool = False) -> TableStore:
        """The state store; raises StateError, also where there is none and ``create`` is false."""
        url = self._settings.state or f"sqlite:///{_DEFAULT_STORE}"
        again = self._accept_new_state
        store = store_at(url, self.environ, create=create, accept_new_state=again, base=self.root)
        self._opened.append(store)
        return store

    def close(self) -> None:
        """Release every store that was opened, so that nothing but its file is left of one."""
        for store in self._opened:
            store.close()

    def reader_if_any(self) -> StateReader | None:
        """A reader of the store, None where no store was ever made; raises StateError for anything wrong with one."""
        from ..plans.state.store import StateError

        try:
            return self.store().reader()
        except StateError as error:
            if error.diagnostics[0].code != "no-store":
                raise
            return None

    def register_once(self, application: Application, name: str) -> bool | None:
        """Register an environment called like its type; False where it is there, None where there is no such type."""
        from ..plans.operations.environments import Wanted, create

        store = self.store(create=True)
        if store.exists and any(e.name == name for e in store.reader().environments(application.name)):
            return False
        catalog = self.catalog(application, type_=name)
        if catalog.environment_type(name) is None:
            return None
        create(store, catalog, Wanted(application.name, name, name), now())
        return True

    @cached_property
    def drivers(self) -> Registry:
        """The installed drivers."""
        from ..drivers.registry import Registry

        return Registry()

    def application(self) -> Application:
        """The application, read once; raises InvalidInput."""
        if self._application is None:
            from ..resolvers.application import NO_OVERRIDES, load_application

            self._application = load_application(self.root, self._overrides or NO_OVERRIDES)
        return self._application

    def application_name(self, reader: StateReader) -> str:
        """The application's name, from the file that says it.

        Where that file cannot be read, the only application of the default store, so that what is recorded can
        still be looked at and destroyed. Raises InvalidInput.
        """
        if self._application is not None:
            return self._application.name
        try:
            return name_in(self.root)
        except InvalidInput:
            found = {e.application for e in reader.environments()}
            if self._settings.state is not None or len(found) != 1:
                raise
            return found.pop()

    @cached_property
    def catalog(self) -> Catalogs:
        """Reads the catalog of an environment; raises InvalidInput when called."""
        from .catalogs import Catalogs

        def settings() -> tuple[CatalogSetting, ...]:
            reader = self.reader_if_any()
            return reader.catalog_settings() if reader is not None else ()

        return Catalogs(self.root, self.mirrors, settings)

    def any_catalog(self) -> Catalog:
        """The organisation's catalog, or that of the application where none is set. Raises InvalidInput."""
        from ..resolvers.application import LONE_SCORE, MANIFEST

        inside = any((self.root / name).is_file() for name in (MANIFEST, LONE_SCORE))
        return self.catalog(self.application() if inside else None)

    def built_in_catalog(self) -> Catalog:
        """What is built in, whatever is set."""
        from ..resolvers.catalog import load_catalog

        return load_catalog()

    def catalog_at(self, folder: Path) -> Catalog:
        """The catalog in a folder; raises InvalidInput."""
        from ..resolvers.catalog import CatalogSource, load_catalog

        return load_catalog(CatalogSource.of(str(folder), self._settings.directory), self.mirrors)

    def bench(self, *, create: bool = False) -> Workbench:
        """Everything that a verb needs; raises StateError as :meth:`store` does."""
        from ..plans.operations.workbench import Workbench
        from ..plans.state.fail_points import doomed

        store = self.store(create=create)
        return Workbench(
            root=self.root,
            store=doomed(store, self.environ),
            drivers=self.drivers,
            actor=actor(self.environ),
            now=now,
            application=self.application,
            catalog=self.catalog,
            secrets=lambda environment, writable: secrets_of(
                store, environment.uid, self.environ, writable=writable
            ),
            workspace=lambda environment: self._workspace(store, environment),
        )

    def key(self) -> tuple[TableStore, KeyFile]:
        """The store and where its key lies on this machine; raises StateError where there is no store."""
        store = self.store(create=True)
        return store, self.key_file(store.store_id)

    def key_file(self, store_id: str) -> KeyFile:
        """Where the key of a store lies."""
        from ..drivers.secrets import KeyFile

        return KeyFile.of(store_id, self.environ)

    def environment(self, reader: StateReader) -> EnvironmentRecord:
        """The environment that the user means; raises BakehouseError naming those that there are."""
        from ..plans.operations.environments import UnknownEnvironment, select
        from ..plans.operations.kinship import explained

        try:
            return select(reader, self.application_name(reader), self._settings.environment)
        except UnknownEnvironment as error:
            raise explained(error, reader, self.application) from None

    def _home(self, store: TableStore, environment: EnvironmentRecord) -> Path:
        """The folder of the local target: beside a store that is a file, else beside the application."""
        from ..plans.state.sql import SqlStore

        folder = environment.folder or f"{environment.application}-{environment.name}"
        if not isinstance(store, SqlStore):
            return self.root / FOLDER / f"{store.store_id}.d" / folder
        if store.path == self.root / _DEFAULT_STORE:
            return store.path.parent / (environment.folder or environment.name)
        return store.path.parent / f"{store.path.name}.d" / folder

    def _workspace(self, store: TableStore, environment: EnvironmentRecord) -> Workspace:
        from ..plans.state.sql import SqlStore

        return Workspace(
            root=self.root,
            home=self._home(store, environment),
            runtime=_runtime(self.environ, f"{store.store_id}/{environment.uid}"),
            store=f"sqlite:///{quote(str(store.path))}" if isinstance(store, SqlStore) else store.url,
            store_id=store.store_id,
            application=environment.application,
            environment=environment.name,
            environment_uid=environment.uid,
            slug=environment.lasting_slug,
        )


def secrets_of(
    store: TableStore, environment_uid: str, environ: Mapping[str, str], *, writable: bool = False
) -> Secrets:
    """The secrets of one environment; with ``writable`` the key is made if there is none yet.

    Not that of a store that is shared: whose key it would be depended on who was first.
    """
    from ..drivers.secrets import Kept, KeyFile, KeyHolder, environment_secrets, home_of
    from ..plans.sealed import RecordedFiles

    reader = store.reader()
    file = KeyFile.of(store.store_id, environ)
    if writable and store.url.startswith("sqlite:") and reader.key_id() is None:
        store.set_key_id(file.ensure(None).id)
    holder = KeyHolder(file, reader.key_id)

    def rows(ref: str, version: str | None) -> SecretRow | None:
        return reader.secret(environment_uid, ref, version)

    # What was given once is not looked up again; what was not may be given at any moment.
    known: set[str] = set()

    def given(ref: str) -> Callable[[str, str | None], SecretRow | None] | None:
        from ..plans.references import was_given

        home, _ = home_of(ref)
        if home is None or (ref not in known and not was_given(reader.snapshot(environment_uid), ref)):
            return None
        known.add(ref)
        return lambda inner, version: reader.secret(home, inner, version)

    kept = Kept(rows, given, RecordedFiles(reader, environment_uid))
    return environment_secrets(holder, store.store_id, environment_uid, kept, environ)


class Revealer:
    """Opens secrets for one launched program; the store is opened only when there is a secret."""

    def __init__(self, store_url: str, environment_uid: str) -> None:
        self._url = store_url
        self._environment_uid = environment_uid

    def __call__(self, secret: Secret) -> str:
        """The clear text; raises BakehouseError."""
        return self._secrets.reveal(secret)

    @cached_property
    def _secrets(self) -> Secrets:
        store = store_at(self._url, os.environ)
        return secrets_of(store, self._environment_uid, os.environ)


def name_in(root: Path) -> str:
    """The name of the application at ``root``, from its bakehouse.yaml or else its folder; raises InvalidInput."""
    from ..resolvers.application import MANIFEST, load_application
    from ..resolvers.source import parse, read_bytes

    if not (root / MANIFEST).is_file():
        return load_application(root).name
    data = parse(read_bytes(root / MANIFEST, MANIFEST), MANIFEST).data
    try:
        name: object = data["metadata"]["name"]
    except (KeyError, TypeError):
        name = None
    if isinstance(name, str) and name:
        return name
    message = "the application has no name"
    raise InvalidInput(Diagnostic("missing-key", message, place=Place(MANIFEST), hint="write metadata.name"))


def now() -> str:
    """The present instant, ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def actor(environ: Mapping[str, str]) -> str:
    """Who runs this: the user of the operating system, and whom a superuser acts for."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = f"uid {os.getuid()}"
    behind = environ.get("SUDO_USER")
    return f"{user} (for {behind})" if behind and behind != user else user


def _runtime(environ: Mapping[str, str], identity: str) -> Path:
    """A short folder for sockets: where one is in use already, else below XDG_RUNTIME_DIR, else below TMPDIR."""
    name = hashlib.sha256(identity.encode()).hexdigest()[:12]
    folders = [Path(tempfile.gettempdir()) / f"bakehouse-{os.getuid()}" / name]
    given = environ.get("XDG_RUNTIME_DIR")
    if given and os.access(given, os.W_OK):
        folders.insert(0, Path(given) / "bakehouse" / name)
    return next((f for f in folders if f.is_dir()), folders[0])
