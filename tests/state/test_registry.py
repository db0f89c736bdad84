"""A state that vanished, or fell back to an older copy, is noticed from outside the project."""

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bakehouse.plans.state.backup import backups
from bakehouse.plans.state.conformance import samples
from bakehouse.plans.state.conformance.bench import me, recorded, writing
from bakehouse.plans.state.registry import StoreRegistry, user_state_home
from bakehouse.plans.state.sql import SqlStore
from bakehouse.plans.state.store import StateError

Open = Callable[..., SqlStore]


def refused(open_here: Open, **options: object) -> str:
    with pytest.raises(StateError) as error:
        open_here(**options)
    return error.value.diagnostics[0].code


def entry_file(store: SqlStore, tmp_path: Path) -> Path:
    return tmp_path / "state" / "bakehouse" / "stores" / f"{store.store_id}.json"


def test_a_store_that_never_was_is_no_store_and_none_is_made(open_here: Open, tmp_path: Path) -> None:
    assert refused(open_here, create=False) == "no-store"
    store = open_here()
    with pytest.raises(StateError) as error:
        store.reader()
    assert error.value.diagnostics[0].code == "no-store"
    assert error.value.diagnostics[0].next == "bakehouse init"
    assert list(tmp_path.iterdir()) == []


def test_the_first_environment_makes_a_private_store_and_registers_it(
    store: SqlStore, tmp_path: Path
) -> None:
    home = store.register(samples.environment())
    store.close()
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    assert [p.name for p in store.path.parent.iterdir()] == ["state.db"]
    entry = json.loads(entry_file(store, tmp_path).read_bytes())
    assert entry == {
        "format": 1,
        "store": store.store_id,
        "path": str(store.path),
        "environments": [{"uid": home.uid, "name": "shop/local", "serial": 0}],
    }
    assert stat.S_IMODE(entry_file(store, tmp_path).stat().st_mode) == 0o600


def test_a_write_session_registers_the_last_serial(store: SqlStore, tmp_path: Path) -> None:
    home = store.register(samples.environment())
    with writing(store, home) as writer:
        before = entry_file(store, tmp_path).read_bytes()
        writer.commit([samples.written(samples.resource(home.uid))])
        assert entry_file(store, tmp_path).read_bytes() == before, "not with every commit"
    (registered,) = json.loads(entry_file(store, tmp_path).read_bytes())["environments"]
    assert registered["serial"] == recorded(store, home).environment.serial == 2


def test_reading_registers_nothing(open_here: Open, store: SqlStore, tmp_path: Path) -> None:
    home = store.register(samples.environment())
    shutil.rmtree(tmp_path / "state")
    recorded(open_here(create=False), home)
    recorded(open_here(), home)
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("what", ["state.db", "."])
@pytest.mark.scenario(33)
def test_a_state_that_was_deleted_is_missing_and_not_empty(
    open_here: Open, store: SqlStore, what: str
) -> None:
    store.register(samples.environment())
    store.backup()
    store.close()
    gone = store.path.parent / what
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    assert refused(open_here, create=False) == "state-missing"
    assert refused(open_here) == "state-missing"
    assert refused(open_here, create=False, accept_new_state=True) == "state-missing"


def test_a_missing_state_can_be_accepted_and_is_then_forgotten(
    open_here: Open, store: SqlStore, tmp_path: Path
) -> None:
    store.register(samples.environment())
    store.close()
    store.path.unlink()
    new = open_here(accept_new_state=True)
    new.register(samples.environment())
    assert new.store_id != store.store_id
    assert not entry_file(store, tmp_path).exists()
    assert open_here(create=False).store_id == new.store_id


def test_accepting_a_missing_state_lets_init_make_a_new_one(open_here: Open, store: SqlStore) -> None:
    """As an apply does that is told to accept it: it finds no store and says so, and nothing is missed any more."""
    store.register(samples.environment())
    store.close()
    store.path.unlink()
    with pytest.raises(StateError) as error:
        open_here(accept_new_state=True).reader()
    assert error.value.diagnostics[0].code == "no-store"
    open_here().register(samples.environment())


def test_a_log_that_a_lost_state_left_is_not_played_into_the_new_one(
    open_here: Open, store: SqlStore, tmp_path: Path
) -> None:
    home = store.register(samples.environment())
    with writing(store, home) as writer:
        writer.commit([samples.written(samples.resource(home.uid))])
        shutil.copy(f"{store.path}-wal", tmp_path / "log")
    store.close()
    store.path.unlink()
    shutil.copy(tmp_path / "log", f"{store.path}-wal")
    assert refused(open_here) == "state-missing"
    new = open_here(accept_new_state=True)
    other = new.register(samples.environment())
    assert new.reader().environments() == (other,)
    assert [d for d in new.examine() if d.is_error] == []


def test_a_log_without_its_state_is_a_missing_state(open_here: Open, tmp_path: Path) -> None:
    """Also for a user whose registry never heard of it."""
    (tmp_path / ".bakehouse").mkdir()
    (tmp_path / ".bakehouse" / "state.db-wal").write_bytes(b"frames")
    assert refused(open_here) == "state-missing"


@pytest.mark.scenario(33)
def test_an_older_copy_is_refused_until_it_is_accepted(open_here: Open, store: SqlStore) -> None:
    home = store.register(samples.environment())
    store.backup()
    with writing(store, home) as writer:
        writer.commit([samples.written(samples.resource(home.uid))])
    store.close()
    shutil.copy(backups(store.path)[0], store.path)
    with pytest.raises(StateError) as error:
        open_here(create=False)
    assert error.value.diagnostics[0].code == "state-older"
    assert "shop/local" in error.value.diagnostics[0].message
    assert refused(open_here) == "state-older"
    assert recorded(open_here(accept_new_state=True), home).resources == {}
    assert recorded(open_here(create=False), home).resources == {}, "accepted once, it is what was last seen"


def test_the_newest_backup_needs_no_accepting(open_here: Open, store: SqlStore) -> None:
    home = store.register(samples.environment())
    with writing(store, home) as writer:
        writer.commit([samples.written(samples.resource(home.uid))])
        store.backup()
    store.close()
    shutil.copy(backups(store.path)[0], store.path)
    assert len(recorded(open_here(create=False), home).resources) == 1


def test_an_environment_that_is_gone_from_the_file_makes_it_older(open_here: Open, store: SqlStore) -> None:
    store.register(samples.environment())
    store.backup()
    store.register(samples.environment("second"))
    store.close()
    shutil.copy(backups(store.path)[0], store.path)
    assert refused(open_here) == "state-older"


def test_a_forgotten_environment_is_not_missed(open_here: Open, store: SqlStore) -> None:
    home = store.register(samples.environment())
    store.forget(home.uid)
    assert open_here(create=False).reader().environments() == ()


def test_a_project_that_was_moved_takes_its_entry_along(
    open_here: Open, store: SqlStore, tmp_path: Path
) -> None:
    home = store.register(samples.environment())
    store.close()
    (tmp_path / ".bakehouse").rename(tmp_path / "elsewhere")
    url = "sqlite:///elsewhere/state.db"
    moved = open_here(url)
    with moved.hold(home.uid, me()):
        pass
    assert json.loads(entry_file(store, tmp_path).read_bytes())["path"] == str(
        tmp_path / "elsewhere" / "state.db"
    )
    assert refused(open_here, create=False) == "no-store", "nothing is missed at the old place"


def test_a_copy_that_fell_behind_is_told_where_the_store_was_last_seen(
    open_here: Open, store: SqlStore, tmp_path: Path
) -> None:
    home = store.register(samples.environment())
    store.close()
    shutil.copytree(tmp_path / ".bakehouse", tmp_path / "copy")
    with writing(store, home):
        pass
    with pytest.raises(StateError) as error:
        open_here("sqlite:///copy/state.db")
    assert error.value.diagnostics[0].code == "state-older"
    assert str(store.path) in error.value.diagnostics[0].message


def test_a_copy_is_read_but_not_written_while_the_original_is_there(
    open_here: Open, store: SqlStore, tmp_path: Path
) -> None:
    """Both would manage the same databases and processes."""
    home = store.register(samples.environment())
    store.close()
    shutil.copytree(tmp_path / ".bakehouse", tmp_path / "copy")
    url = "sqlite:///copy/state.db"
    assert recorded(open_here(url, create=False), home).environment == home
    assert refused(open_here, url=url) == "state-copied"
    with open_here(url, accept_new_state=True).hold(home.uid, me()):
        pass
    assert refused(open_here) == "state-copied", "only one of them at a time"


def test_one_file_by_two_paths_is_no_copy(open_here: Open, store: SqlStore, tmp_path: Path) -> None:
    store.register(samples.environment())
    (tmp_path / "link").symlink_to(tmp_path / ".bakehouse")
    assert open_here("sqlite:///link/state.db").store_id == store.store_id


def test_another_store_in_a_stores_place_is_noticed(open_here: Open, store: SqlStore, tmp_path: Path) -> None:
    store.register(samples.environment())
    other = open_here("sqlite:///other/state.db", state_home=tmp_path / "other user")
    other.register(samples.environment())
    store.close()
    other.close()
    shutil.copy(other.path, store.path)
    assert refused(open_here, create=False) == "state-missing"
    assert open_here(accept_new_state=True).store_id == other.store_id
    assert open_here(create=False).store_id == other.store_id


def test_a_damaged_entry_guards_nothing_and_blocks_nothing(
    open_here: Open, store: SqlStore, tmp_path: Path
) -> None:
    home = store.register(samples.environment())
    entry_file(store, tmp_path).write_text("{")
    with open_here().hold(home.uid, me()):
        pass
    assert StoreRegistry(tmp_path / "state").entry(store.store_id) is not None


def test_a_registry_that_cannot_be_written_stops_nothing(open_here: Open, tmp_path: Path) -> None:
    (tmp_path / "no folder").write_text("a file where a folder is wanted")
    store = open_here(state_home=tmp_path / "no folder")
    home = store.register(samples.environment())
    with writing(store, home):
        pass


def test_the_users_state_folder_follows_xdg() -> None:
    assert user_state_home({"XDG_STATE_HOME": "/x", "HOME": "/h"}) == Path("/x")
    assert user_state_home({"XDG_STATE_HOME": "", "HOME": "/h"}) == Path("/h/.local/state")


@pytest.mark.parametrize(
    "url",
    ["", "sqlite://", "sqlite:///", "sqlite:///:memory:", "postgresql://db/x", "state.db", "sqlite:///a?b=c"],
)
def test_a_url_that_names_no_file_is_refused(open_here: Open, url: str) -> None:
    with pytest.raises(StateError) as error:
        open_here(url)
    assert error.value.diagnostics[0].code == "state-url"


def test_a_folder_in_the_states_place_is_refused(open_here: Open, tmp_path: Path) -> None:
    assert refused(open_here, url=f"sqlite:///{tmp_path}") == "state-url"


def test_a_path_may_hold_any_character(open_here: Open, tmp_path: Path) -> None:
    name = "odd %20 # ? é"
    store = open_here(f"sqlite:///{name.replace('%', '%25').replace('?', '%3F')}/state.db")
    store.register(samples.environment())
    assert (tmp_path / name / "state.db").is_file()
