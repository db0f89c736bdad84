"""Opens a cluster by its connection: credentials loaded by the client library, every error of it turned into a fault."""

from __future__ import annotations

import contextlib
import importlib
import logging
import threading
from collections.abc import Generator
from pathlib import Path
from typing import Any

import yaml

from ....graph.narrow import is_list, is_map
from ...sdk import Context, PermanentFault
from .cluster import Cluster
from .models import KubernetesConnection

_loading = threading.Lock()
"""The library keeps the files that it writes credentials to in one table of the process."""


@contextlib.contextmanager
def cluster(context: Context) -> Generator[Cluster, None, None]:
    """The cluster of the call's connection, closed with the block. Nothing is asked yet. Raises our faults."""
    if not isinstance(context.connection, KubernetesConnection):
        raise PermanentFault(
            "it has no connection of kind kubernetes",
            hint="name one in the definition or the environment type",
        )
    client = _library("client")
    settings = client.Configuration()
    settings.retries = False
    with _loading:
        _configure(settings, context.connection, context.run_dir)
    api = client.ApiClient(settings)
    try:
        yield Cluster(api.rest_client.pool_manager, settings, context)
    finally:
        api.close()


def _configure(settings: Any, connection: KubernetesConnection, folder: Path) -> None:
    config = _library("config")
    if connection.in_cluster:
        try:
            config.load_incluster_config(settings)
        except config.ConfigException as error:
            raise PermanentFault(
                f"cluster-unauthorized: not in a cluster: {error}",
                hint="inCluster needs a pod with a service account",
            ) from None
        return
    if connection.server is not None:
        settings.host = connection.server
        if connection.token is not None:
            settings.api_key["BearerToken"] = f"Bearer {connection.token.get_secret_value()}"
        if connection.ca is not None:
            authority = folder / "ca.crt"
            authority.write_text(connection.ca, encoding="utf-8")
            settings.ssl_ca_cert = str(authority)
        return
    _from_kubeconfig(settings, connection, folder, config)


def _from_kubeconfig(settings: Any, connection: KubernetesConnection, folder: Path, config: Any) -> None:
    loader = _library("config.kube_config")
    where = "the connection's config" if connection.kubeconfig is None else connection.kubeconfig
    known = _document(connection, where)
    base = (
        str(folder) if connection.kubeconfig is None else str(Path(connection.kubeconfig).expanduser().parent)
    )
    try:
        with _quiet() as said:
            loader.KubeConfigLoader(
                config_dict=known,
                active_context=connection.context,
                config_base_path=base,
                temp_file_path=str(folder),
            ).load_and_set(settings)
    except config.ConfigException as error:
        raise PermanentFault(f"cluster-unauthorized: {where}: {error}") from None
    finally:
        # The files lie in the call's own folder and go with it, so that no other call may be given them.
        loader._temp_files.clear()
    if said and "BearerToken" not in settings.api_key and settings.cert_file is None:
        raise PermanentFault(
            f"cluster-unauthorized: {where}: the program for credentials failed: {said[-1]}",
            hint="run it by hand to see what it says",
        )


def _document(connection: KubernetesConnection, where: str) -> Any:
    """The kubeconfig as data; the library's own reading tells nothing of where an error is."""
    try:
        if connection.config is not None:
            text = connection.config.get_secret_value()
        else:
            text = Path(connection.kubeconfig or "").expanduser().read_text(encoding="utf-8")
        found: Any = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentFault(
            f"cluster-unauthorized: {where} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}"
        ) from None
    except yaml.YAMLError:
        raise PermanentFault(f"cluster-unauthorized: {where} is no YAML") from None
    if not is_map(found) or not is_list(found.get("contexts")):
        raise PermanentFault(f"cluster-unauthorized: {where} is no kubeconfig")
    return found


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextlib.contextmanager
def _quiet() -> Generator[list[str], None, None]:
    """Collects what the library logs as an error about a program for credentials, which it then goes on without."""
    collector, root = _Collector(), logging.getLogger()
    root.addHandler(collector)
    try:
        yield collector.said
    finally:
        root.removeHandler(collector)


def _library(part: str) -> Any:
    try:
        return importlib.import_module(f"kubernetes.{part}")
    except ImportError:
        raise PermanentFault(
            "the package kubernetes is not installed", hint="pip install 'bakehouse[kubernetes]'"
        ) from None
