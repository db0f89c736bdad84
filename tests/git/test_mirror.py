"""Versions become commits, from a mirror that is made once."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bakehouse.graph.diagnostics import Diagnostic
from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.git import Git, GitAddress, GitFailed, Mirrors
from repository import Repository


@pytest.fixture
def origin(tmp_path: Path) -> Repository:
    made = Repository.made(tmp_path / "origin", {"a.yaml": "one"})
    made.commit({"a.yaml": "two"}, tag="v1.0")
    return made


@pytest.fixture
def mirrors(tmp_path: Path) -> Mirrors:
    return Mirrors.of_user({**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache")})


def problem(mirrors: Mirrors, origin: Repository, version: str) -> Diagnostic:
    with pytest.raises(InvalidInput) as raised:
        mirrors.commit(GitAddress(origin.url), version)
    (found,) = raised.value.diagnostics
    return found


def test_a_tag_and_a_whole_commit_are_found_and_later_without_the_repository(
    origin: Repository, mirrors: Mirrors
) -> None:
    commit, address = origin.git("rev-parse", "HEAD"), GitAddress(origin.url)
    assert mirrors.commit(address, "v1.0") == commit
    origin.folder.rename(origin.folder.with_name("moved"))
    assert mirrors.commit(address, "v1.0") == commit
    assert mirrors.commit(address, commit) == commit
    assert problem(mirrors, origin, "v2.0").code == "git-unreachable"


def test_what_was_pushed_since_is_fetched(origin: Repository, mirrors: Mirrors) -> None:
    mirrors.commit(GitAddress(origin.url), "v1.0")
    new = origin.commit({"a.yaml": "three"}, tag="v1.1")
    assert mirrors.commit(GitAddress(origin.url), "v1.1") == new


def test_a_branch_is_refused_with_its_commit_and_counts_only_where_asked(
    origin: Repository, mirrors: Mirrors
) -> None:
    found = problem(mirrors, origin, "main")
    head = origin.git("rev-parse", "HEAD")
    assert found.code == "git-version-floating"
    assert head in (found.hint or "")
    assert mirrors.commit(GitAddress(origin.url), "main", floating=True) == head
    newer = origin.commit({"a.yaml": "four"})
    assert mirrors.commit(GitAddress(origin.url), "main", floating=True) == newer


def test_an_unknown_version_names_the_nearest_tag(origin: Repository, mirrors: Mirrors) -> None:
    found = problem(mirrors, origin, "v1.O")
    assert (found.code, "v1.0" in (found.hint or "")) == ("git-version-unknown", True)
    short = problem(mirrors, origin, origin.git("rev-parse", "HEAD")[:8])
    assert "whole commit" in (short.hint or "")


@pytest.mark.parametrize("version", ["v1.0^{tree}", "HEAD", "--help", "a..b", "v1.0:a.yaml", "", "x\ny"])
def test_a_version_is_a_name_and_no_expression(origin: Repository, mirrors: Mirrors, version: str) -> None:
    assert problem(mirrors, origin, version).code == "git-version-unknown"


def test_a_commit_that_is_gone_is_told(origin: Repository, mirrors: Mirrors) -> None:
    gone = origin.commit({"a.yaml": "gone"})
    origin.git("reset", "-q", "--hard", "HEAD~1")
    origin.git("reflog", "expire", "--expire=now", "--all")
    origin.git("gc", "-q", "--prune=now")
    found = problem(mirrors, origin, gone)
    assert found.code == "git-commit-gone"
    assert gone in found.message


def test_several_at_once_make_one_mirror(origin: Repository, mirrors: Mirrors) -> None:
    address = GitAddress(origin.url)
    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(lambda _: mirrors.commit(address, "v1.0"), range(4)))
    assert len(found) == 1
    assert len([p for p in mirrors.folder.iterdir() if p.is_dir()]) == 1


def test_neither_hooks_nor_settings_of_a_repository_run(origin: Repository, mirrors: Mirrors) -> None:
    mark = origin.folder / "ran"
    for name in ("post-checkout", "reference-transaction", "post-update", "pre-auto-gc"):
        hook = origin.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {mark}\n")
        hook.chmod(0o755)
    origin.git("config", "core.fsmonitor", f"touch {mark}")
    mark.unlink(missing_ok=True)
    mirrors.commit(GitAddress(origin.url), "v1.0")
    Git(origin.folder, os.environ).run("rev-parse", "HEAD")
    assert not mark.exists()


def test_no_protocol_is_spoken_that_was_not_allowed(origin: Repository, tmp_path: Path) -> None:
    with pytest.raises(GitFailed, match="not allowed"):
        Git(tmp_path, os.environ).run("ls-remote", origin.url)
    with pytest.raises(GitFailed, match="not allowed"):
        Git(tmp_path, os.environ).run("ls-remote", "ext::sh -c true", protocol="https")


def test_a_program_that_does_not_answer_is_ended(origin: Repository) -> None:
    origin.git("config", "alias.wait", "!sleep 60")
    with pytest.raises(GitFailed, match="no answer"):
        Git(origin.folder, os.environ).run("wait", seconds=0.3)


def test_without_the_program_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InvalidInput) as raised:
        Git(tmp_path, {"PATH": str(tmp_path)}).run("version")
    assert raised.value.diagnostics[0].code == "git-missing"
