"""What is read as the address of a repository, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bakehouse.graph.errors import InvalidInput
from bakehouse.resolvers.git import GitAddress, git_address, is_git, split_ref


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("git::https://host/a/b", GitAddress("https://host/a/b")),
        ("https://host/a/b.git", GitAddress("https://host/a/b.git")),
        ("https://host/a/b.git//deep/er/", GitAddress("https://host/a/b.git", "deep/er")),
        ("git::ssh://git@host:22/b.git//x", GitAddress("ssh://git@host:22/b.git", "x")),
        ("git@host:team/b.git//x", GitAddress("git@host:team/b.git", "x")),
        ("file:///srv/b", GitAddress("file:///srv/b")),
        ("file:///srv/b//x", GitAddress("file:///srv/b", "x")),
        ("file:///srv/b//.", GitAddress("file:///srv/b")),
    ],
)
def test_an_address_is_a_url_and_a_folder(text: str, address: GitAddress) -> None:
    assert is_git(text)
    assert git_address(text) == address
    assert address.protocol == ("file" if "file:" in text else "https" if "https:" in text else "ssh")
    assert address.name == "b"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("https://host/a/b", "git-address"),
        ("http://host/b.git", "git-address"),
        ("git::git://host/b.git", "git-address"),
        ("git::ext::sh -c true", "git-address"),
        ("git::--upload-pack=true", "git-address"),
        ("git::-oProxyCommand=x:y", "git-address"),
        ("https://host/b.git//../x", "git-address"),
        ("file:///srv/b//a/../../x", "git-address"),
        ("https://host/b\n.git", "git-address"),
        ("https://me:secret@host/b.git", "git-credentials"),
    ],
)
def test_other_protocols_passwords_and_ways_out_are_refused(text: str, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        git_address(text)
    (found,) = raised.value.diagnostics
    assert found.code == code
    assert "secret" not in f"{found.message}{found.hint}"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://host/b.git@v1", ("https://host/b.git", "v1")),
        ("https://me@host/b.git", ("https://me@host/b.git", None)),
        ("https://me@host/b.git@release/1", ("https://me@host/b.git", "release/1")),
        ("git@host:b.git", ("git@host:b.git", None)),
        ("git@host:b.git@v1", ("git@host:b.git", "v1")),
        ("file:///srv/b//x@1.4.0", ("file:///srv/b//x", "1.4.0")),
        ("git::https://host/b?ref=v2", ("git::https://host/b", "v2")),
        ("./platform", ("./platform", None)),
    ],
)
def test_a_ref_follows_the_last_at_sign(text: str, parts: tuple[str, str | None]) -> None:
    assert split_ref(text) == parts


@given(st.text())
def test_any_text_is_an_address_or_invalid_input(text: str) -> None:
    split_ref(text)
    for location in (text, f"git::{text}", f"https://{text}"):
        try:
            found = git_address(location)
        except InvalidInput:
            continue
        assert found.protocol in ("https", "ssh", "file")
        assert not found.url.startswith("-")
