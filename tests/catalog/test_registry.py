"""Modules of registries: where their files lie is asked over https, once, and they are read from there."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.catalog.elsewhere import Elsewhere, StaysElsewhere, named
from bakehouse.resolvers.catalog.registry import SERVICE
from bakehouse.resolvers.git import Mirrors
from module_registry import SERVICES, Registry, registry
from repository import Repository

NET = "acme/net/aws"


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with registry(tmp_path) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(found.root))
        monkeypatch.setenv("GIT_SSL_CAINFO", str(found.root))
        made = Repository.made(tmp_path / "net", {"main.tf": "top", "modules/vpc/main.tf": "inner"})
        made.commit({}, tag="v1.2.0")
        found.publish(NET, "1.2.0", made, "v1.2.0")
        yield found


def elsewhere(tmp_path: Path, **variables: str) -> Elsewhere:
    return Elsewhere(Mirrors.of_user({**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), **variables}))


def stays(found: Elsewhere, location: str) -> str:
    with pytest.raises(StaysElsewhere) as raised:
        found.folder(location)
    return str(raised.value)


@pytest.mark.parametrize(
    ("source", "version", "location"),
    [
        ("acme/net/aws", "1.2.0", "acme/net/aws@1.2.0"),
        ("acme/net/aws", "= 1.2.0-rc.1", "acme/net/aws@1.2.0-rc.1"),
        ("tf.acme.example/acme/net/aws//modules/vpc", "1.2.0", "tf.acme.example/acme/net/aws//modules/vpc@1.2.0"),
        ("127.0.0.1:8443/acme/net/aws", "1.2.0", "127.0.0.1:8443/acme/net/aws@1.2.0"),
        ("acme/net/aws", "~> 1.2", None),
        ("acme/net/aws", None, None),
        ("acme/net", "1.2.0", None),
        ("./modules/net", "1.2.0", None),
        ({"path": "modules/net"}, "1.2.0", None),
        ("acme/net/aws//${resource.class}", "1.2.0", None),
    ],
)  # fmt: skip
def test_an_exact_version_of_a_module_has_an_address(
    source: object, version: str | None, location: str | None
) -> None:
    assert named(source, version) == location


def test_the_files_are_read_from_the_repository_that_the_registry_names(
    tmp_path: Path, served: Registry
) -> None:
    found = elsewhere(tmp_path)
    whole = found.folder(f"{served.host}/{NET}@1.2.0")
    assert whole == {"main.tf": b"top", "modules/vpc/main.tf": b"inner"}
    assert found.folder(f"{served.host}/{NET}//modules/vpc@1.2.0") == {"main.tf": b"inner"}
    assert served.asked.count(f"/v1/modules/{NET}/1.2.0/download") == 2


def test_a_registry_is_asked_once_by_a_user(tmp_path: Path, served: Registry) -> None:
    location = f"{served.host}/{NET}@1.2.0"
    first = elsewhere(tmp_path).folder(location)
    served.asked.clear()
    assert elsewhere(tmp_path).folder(location) == first
    assert served.asked == []


def test_a_token_is_shown_to_its_registry_and_to_nobody_else(tmp_path: Path, served: Registry) -> None:
    served.token = "word-of-the-registry"
    location = f"{served.host}/{NET}@1.2.0"
    assert stays(elsewhere(tmp_path), location) == f"{served.host} cannot be asked: it answers 401"
    known = elsewhere(tmp_path, TF_TOKEN_127_0_0_1="word-of-the-registry")
    assert known.folder(location) is not None
    with registry(_made(tmp_path / "other")) as other:
        other.token = "word-of-the-registry"
        served.services["modules.v1"] = f"https://{other.host}/v1/modules/"
        assert "cannot be asked" in stays(known, f"{served.host}/{NET}//x@1.2.0")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (None, r"it answers 404"),
        ("https://example.com/net.tar.gz", r"settings besides ref and depth, or no ref"),
        ("git::http://example.com/net?ref=v1.2.0", r"not read by the protocol http"),
        ("git::file:///srv/net?ref=v1.2.0", r"names a repository of this machine"),
    ],
)
def test_what_a_registry_does_not_keep_in_a_repository_stays_there(
    tmp_path: Path, served: Registry, place: str | None, reason: str
) -> None:
    served.places = {} if place is None else {f"{NET}/1.2.0": place}
    assert re.search(reason, stays(elsewhere(tmp_path), f"{served.host}/{NET}@1.2.0"))


def test_a_version_that_the_repository_lacks_is_an_error(tmp_path: Path, served: Registry) -> None:
    served.places[f"{NET}/1.3.0"] = served.places[f"{NET}/1.2.0"].replace("v1.2.0", "v1.3.0")
    with pytest.raises(InvalidInput) as raised:
        elsewhere(tmp_path).folder(f"{served.host}/{NET}@1.3.0")
    assert [d.code for d in raised.value.diagnostics] == ["git-version-unknown"]


@pytest.mark.parametrize("services", [{}, {SERVICE: 5}, {SERVICE: "http://example.com/"}])
def test_what_is_no_registry_is_told(tmp_path: Path, served: Registry, services: dict[str, object]) -> None:
    served.services = services
    told = stays(elsewhere(tmp_path), f"{served.host}/{NET}@1.2.0")
    assert "is no registry of modules" in told or "is not https" in told


def test_a_registry_that_nobody_vouches_for_is_not_believed(
    tmp_path: Path, served: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert "certificate verify failed" in stays(elsewhere(tmp_path), f"{served.host}/{NET}@1.2.0")
    assert SERVICES not in served.asked


def test_the_registry_of_an_address_without_one_is_the_programs_own(tmp_path: Path) -> None:
    assert (
        stays(elsewhere(tmp_path), "acme/net/aws@1.2.0") == "it names no registry, as HOST/acme/net/aws would"
    )


def test_a_registry_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert "cannot be asked" in stays(elsewhere(tmp_path), "127.0.0.1:1/acme/net/aws@1.2.0")
