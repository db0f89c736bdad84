"""The store of a team over TLS: to a server that proves its name, or not at all."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from msgspec.structs import replace

from authority import Authority
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.sql import open_shared
from bakehouse.plans.state.store import StateError
from desk import SMALL, Desk
from folders import written
from parts.postgres import Server, plain_user
from parts.postgres import server as running
from parts.running import folder

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Secured:
    """A server with a certificate for 127.0.0.1, the root to trust, and one that has signed nothing."""

    server: Server
    root: Path
    stranger: Path

    def url(self, parameters: str, host: str = "127.0.0.1") -> str:
        return replace(self.server, host=host).url(parameters=parameters)


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    authority = Authority("the team's authority")
    with folder("tls") as place:
        place.chmod(0o755)
        certificate, key = place / "server.pem", place / "server.key"
        authority.server("127.0.0.1", certificate, key)
        user = plain_user()
        if user is not None:
            os.chown(key, *user)
        settings = {"ssl": "on", "ssl_cert_file": str(certificate), "ssl_key_file": str(key)}
        with running(settings=settings) as server:
            yield Secured(
                server,
                authority.root(place / "root.pem"),
                Authority("somebody else's authority").root(place / "stranger.pem"),
            )


def test_with_the_root_that_signed_it_everything_goes_over_tls(secured: Secured) -> None:
    url = secured.url(f"sslmode=verify-full&sslrootcert={secured.root}&application_name=x")
    store = open_shared(url, create=True)
    home = store.register(samples.environment())
    with psycopg.connect(secured.server.conninfo()) as admin:
        query = (
            "SELECT ssl, version FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
            " WHERE application_name = 'bakehouse'"
        )
        assert set(admin.execute(query).fetchall()) == {(True, "TLSv1.3")}
    assert secured.server.password not in store.url
    store.close()
    again = open_shared(url, create=False)
    assert again.reader().environments() == (home,)
    again.close()


@pytest.mark.parametrize(
    ("parameters", "host", "says"),
    [
        ("sslmode=verify-full&sslrootcert={stranger}", "127.0.0.1", "certificate verify failed"),
        ("sslmode=verify-ca&sslrootcert={stranger}", "127.0.0.1", "certificate verify failed"),
        ("sslmode=verify-full&sslrootcert={root}", "localhost", "does not match host name"),
        ("sslmode=verify-full&sslrootcert=/nowhere/root.pem", "127.0.0.1", "does not exist"),
    ],
)
def test_a_server_that_does_not_prove_its_name_is_refused_before_it_hears_a_password(
    secured: Secured, parameters: str, host: str, says: str
) -> None:
    given = parameters.format(root=secured.root, stranger=secured.stranger)
    with pytest.raises(StateError) as error:
        open_shared(secured.url(given, host), create=False)
    (told,) = error.value.diagnostics
    assert told.code == "state-tls"
    assert says in told.message
    assert secured.server.password not in f"{told} {error.value!r} {error.value.__cause__!r}"


def test_a_server_without_tls_is_refused_where_it_is_asked_for(server: Server) -> None:
    with pytest.raises(StateError) as error:
        open_shared(server.url(parameters="sslmode=require"), create=False)
    assert error.value.diagnostics[0].code == "state-tls"


@pytest.fixture
def desk(tmp_path: Path, isolated_home: Path) -> Desk:
    """The small application, in no state yet."""
    return Desk(written(tmp_path, SMALL))


def test_no_command_shows_the_password_of_a_url(secured: Secured, desk: Desk) -> None:
    good = secured.url(f"sslmode=verify-full&sslrootcert={secured.root}&schema=shown")
    bad = secured.url(f"sslmode=verify-full&sslrootcert={secured.stranger}&schema=shown")
    commands = (
        ("env", "create", "tls", "--type", "plain"),
        ("env", "list", "--json"),
        ("plan", "-e", "tls", "--out", "p.plan", "-v"),
        ("apply", "-e", "tls", "--auto-approve", "--json", "--debug"),
        ("status", "-e", "tls", "--json"),
        ("state", "doctor"),
    )
    said = [desk(*words, BAKEHOUSE_STATE=good) for words in commands]
    said += [desk(*words, BAKEHOUSE_STATE=bad, expect=1) for words in commands if "--debug" not in words]
    refused = desk("plan", "-e", "tls", expect=1, BAKEHOUSE_STATE=bad)
    assert refused.codes == ["state-tls"]
    said.append(refused)
    assert not [run for run in said if secured.server.password in run.out + run.err]
    files = [path for path in desk.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if secured.server.password.encode() in path.read_bytes()]
