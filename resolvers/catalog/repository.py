"""The YAML files of a catalog's folder as a commit holds them."""

from __future__ import annotations

from collections.abc import Iterator

from ...graph.diagnostics import Diagnostic, Findings, Place
from ..files import MAX_BYTES
from ..git import Entry, Git, GitFailed
from ..git.objects import contents, entries
from .attachments import is_attached, named_paths
from .folder import MAX_FILES, counts

MAX_TOTAL = 256 * 1024 * 1024


def read_commit(
    git: Git, commit: str, path: str, place: Place | None, findings: Findings
) -> dict[str, bytes]:
    """All files of the catalog at ``path`` of a commit, by POSIX path, sorted; problems go to ``findings``.

    What counts is what counts in a folder. Symbolic links and submodules are refused: what they lead to is not
    part of the commit's folder.
    """
    listed = entries(git, commit, path)
    problems = list(_problems(listed, commit, path)) if listed is not None else [_no_folder(commit, path)]
    for problem in problems:
        findings.add(Diagnostic(problem.code, problem.message, place=place, hint=problem.hint))
    if listed is None or problems:
        return {}
    try:
        files = _contents(git, [e for e in listed if counts(e.path)])
        named = named_paths(files)
        attached = [e for e in listed if e.is_file and is_attached(e.path, named) and e.path not in files]
        too_large = list(_too_large(attached, commit))
        findings.extend(too_large)
        return files if too_large else files | _contents(git, attached)
    except GitFailed as problem:
        message = f"the cached copy of the repository is damaged: {problem}"
        hint = f"remove {git.folder}; it is fetched again"
        findings.add(Diagnostic("git-cache", message, place=place, hint=hint))
        return {}


def _problems(listed: tuple[Entry, ...], commit: str, path: str) -> Iterator[Diagnostic]:
    for entry in listed:
        if not entry.is_file and not any(part.startswith(".") for part in entry.path.split("/")):
            what = "a symbolic link" if entry.is_link else "a submodule"
            message = f"{entry.path[:200]} in commit {commit[:12]} is {what}, which is not followed"
            yield Diagnostic("git-link", message, hint="put the files themselves into the repository")
    chosen = [e for e in listed if counts(e.path)]
    yield from _too_large(chosen, commit)
    for entry in chosen:
        if not entry.path.isprintable():
            yield Diagnostic("bad-name", f"the file name {ascii(entry.path)[:200]} cannot be shown")


def _contents(git: Git, chosen: list[Entry]) -> dict[str, bytes]:
    chosen = sorted(chosen, key=lambda e: e.path)
    return dict(zip((e.path for e in chosen), contents(git, [e.id for e in chosen]), strict=True))


def _too_large(chosen: list[Entry], commit: str) -> Iterator[Diagnostic]:
    if len(chosen) > MAX_FILES or sum(e.size for e in chosen) > MAX_TOTAL:
        message = f"the catalog in commit {commit[:12]} has more than {MAX_FILES} files, or 256 MiB"
        yield Diagnostic("catalog-too-large", message)
    for entry in chosen:
        if entry.size > MAX_BYTES:
            yield Diagnostic("file-too-large", f"{entry.path} is larger than {MAX_BYTES // 1024**2} MiB")


def _no_folder(commit: str, path: str) -> Diagnostic:
    hint = "the folder of a repository follows its address after //"
    return Diagnostic("catalog-missing", f"commit {commit[:12]} has no folder '{path[:200]}'", hint=hint)
