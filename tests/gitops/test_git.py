"""What the driver `git` commits, refuses and survives, with real repositories."""

import stat
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bakehouse.drivers.builtin.git import Git, GitConnection
from bakehouse.drivers.conformance import Bench
from bakehouse.drivers.sdk import Conflict, PermanentFault, TransientFault
from bakehouse.graph.address import Address
from bakehouse.graph.values import Text, Unknown, Value
from desk import KEY, Desk, application
from folders import written
from served_repository import Bare, over_http

pytestmark = pytest.mark.slow

TOKEN = "planted-token-c3d1"
LATER = Unknown(Address.parse("dns#shop"), ("host",), "string")


@pytest.fixture
def bench(tmp_path: Path, connection: GitConnection) -> Iterator[Bench]:
    with Bench(Git(), tmp_path, connection, seconds=60.0) as found:
        yield found


def asked(files: Mapping[str, Value], path: str = "shop/dev", **more: Any) -> dict[str, Value]:
    return {"path": path, "files": files, **more}


def test_a_plan_is_the_diff_of_the_commit_that_an_apply_makes(bench: Bench, bare: Bare) -> None:
    held = bench.create(asked({"a.yaml": {"heat": "220", "on": True}, "old.txt": "old\n"}))
    changed = asked({"a.yaml": {"heat": "240", "on": True, "host": LATER}, "new.txt": "new\n"})
    proposal = bench.plan(changed, held)
    assert proposal is not None
    assert [(n["action"], n["object"], n["diff"].splitlines()) for n in proposal.nested] == [
        ("update", "shop/dev/a.yaml", ["@@ -1,2 +1,3 @@", "-heat: '220'", "+heat: '240'", " 'on': true",
                                       "+host: '(known after dns#shop)'"]),
        ("create", "shop/dev/new.txt", ["@@ -0,0 +1 @@", "+new"]),
        ("delete", "shop/dev/old.txt", ["@@ -1 +0,0 @@", "-old"]),
    ]  # fmt: skip
    after = bench.update(held, asked({"a.yaml": {"heat": "240", "host": "x"}, "new.txt": "new\n"}))
    files = bare.files()
    assert files["README.md"] == "theirs"
    assert files["shop/dev/a.yaml"] == "heat: '240'\nhost: 'x'"
    assert "shop/dev/old.txt" not in files
    again = bench.update(after, after.inputs)
    assert again.outputs["commit"] == after.outputs["commit"] == bare.git("rev-parse", "main")
    assert bare.log()[0] == f"apply {bench.address} of shop in local"
    bench.delete(again)
    assert list(bare.files()) == ["README.md"]


def test_what_a_workload_and_its_endpoint_would_be_in_a_cluster_is_committed(
    bench: Bench, bare: Bare
) -> None:
    workload = {
        "name": "web",
        "metadata": {"name": "web"},
        "service": {"ports": {"www": {"port": 80, "targetPort": 8080}}},
        "containers": {"main": {"image": "registry.test/web:1", "variables": {"A": "1"}}},
    }
    profile = {"name": "apm", "target": "kubernetes", "patches": [
        {"object": {"kind": "Deployment"}, "merge": {"metadata": {"labels": {"apm": "on"}}}}
    ]}  # fmt: skip
    module = {
        "source": "git::https://git.test/modules.git//queue",
        "version": None,
        "variables": {"name": "${x}"},
    }
    held = bench.create({
        "path": "web", "namespace": "shop", "workload": workload, "profiles": [profile], "module": module,
        "ports": {"www": {"port": 80, "targetPort": 8080}}, "service": "web",
    })  # fmt: skip
    files = bare.files()
    assert {"web/deployment-web.yaml", "web/service-web.yaml", "web/main.tf.json"} <= files.keys()
    assert "namespace: shop" in files["web/deployment-web.yaml"]
    assert "apm: 'on'" in files["web/deployment-web.yaml"]
    assert '"name": "$${x}"' in files["web/main.tf.json"]
    assert held.outputs["host"] == "web.shop.svc"
    assert held.outputs["ports"] == {"www": 80, "80": 80, "8080": 80}
    bench.delete(held)


def test_no_secret_is_written_into_a_repository(bench: Bench, bare: Bare) -> None:
    secret = bench.vault.put("password", TOKEN)
    manifest = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}, "stringData": {"p": secret}}
    for inputs in (
        asked({"a.env": Text(("P=", secret))}),
        asked({}, manifests=[manifest]),
        asked({}, module={"source": "x", "variables": {"p": secret}}),
    ):
        for call in (bench.plan, bench.create):
            with pytest.raises(
                PermanentFault, match=r"secret-in-repository: .* would hold a secret"
            ) as caught:
                call(inputs)
            assert "ExternalSecret" in str(caught.value.hint)
    assert bare.log() == ["change"]


def test_a_password_is_asked_for_and_stands_nowhere(bench: Bench, bare: Bare, tmp_path: Path) -> None:
    bare.git("config", "http.receivepack", "true")
    with over_http(bare.folder.parent, "robot", TOKEN) as address:
        url = f"{address}/{bare.folder.name}"
        bench.connection = GitConnection(url=url, username="robot", token=SecretStr(TOKEN))
        held = bench.create(asked({"a.txt": "a\n"}))
        assert bench.read(held).outputs["condition"] == "complete"
        bench.connection = GitConnection(url=url, username="robot", token=SecretStr("wrong"))
        with pytest.raises(PermanentFault, match=r"git-unreachable: .*Authentication failed"):
            bench.read(held)
        bench.connection = GitConnection(url=url, username="robot", token=SecretStr(TOKEN))
        bench.delete(held)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in files if path.name == "asked"} == {0o700}
    with pytest.raises(TransientFault, match="git-unreachable: "):
        bench.read(held)
    proposal = bench.plan(asked({"a.txt": "b\n"}), held)
    assert proposal is not None
    assert proposal.notes[0].startswith("not asked of the repository, compared with what was recorded: ")
    assert proposal.nested[0]["diff"].splitlines()[1:] == ["-a", "+b"]


def test_two_who_commit_at_once_both_get_through_and_lose_nothing(tmp_path: Path, bare: Bare) -> None:
    ends: list[object] = []

    def work(number: int) -> None:
        with Bench(Git(), tmp_path / f"bench-{number}", GitConnection(url=bare.url), seconds=120.0) as bench:
            try:
                for heat in ("1", "2"):
                    ends.append(bench.create(asked({"a.txt": heat}, path=f"shop/{number}")))
            except Exception as error:
                ends.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [end for end in ends if isinstance(end, Exception)] == []
    assert {name: text for name, text in bare.files().items() if name.endswith("a.txt")} == {
        f"shop/{number}/a.txt": "2" for number in range(3)
    }
    assert len(bare.log()) == 7


def test_a_branch_that_was_moved_back_by_force_gets_the_folder_and_not_what_was_dropped(
    bench: Bench, bare: Bare
) -> None:
    first = bare.git("rev-parse", "main")
    bare.pushed({"dropped.txt": "x\n"})
    held = bench.create(asked({"a.txt": "a\n"}))
    bare.git("update-ref", "refs/heads/main", first)
    assert bench.find(held.inputs) is None
    bench.update(held, held.inputs)
    assert set(bare.files()) == {"README.md", "shop/dev/.bakehouse", "shop/dev/a.txt"}
    bench.delete(held)


def test_an_empty_repository_and_a_missing_branch_get_their_first_commit(
    bench: Bench, tmp_path: Path
) -> None:
    empty = Bare.made(tmp_path / "empty.git", {})
    bench.connection = GitConnection(url=empty.url, author="Cook", email="cook@example.com")
    bench.create(asked({"a.txt": "a\n"}))
    assert set(empty.files()) == {"shop/dev/.bakehouse", "shop/dev/a.txt"}
    assert empty.git("log", "--format=%an <%ae>", "main") == "Cook <cook@example.com>"


def test_links_and_folders_of_others_are_left_alone(bench: Bench, bare: Bare, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    clone = bare.clone()
    (clone.folder / "link").symlink_to(outside)
    (clone.folder / "own").mkdir()
    (clone.folder / "own" / "link").symlink_to("/etc/passwd")
    clone.commit({"file": "x"})
    clone.git("push", "-q", bare.url, "HEAD:main")
    for path in ("link", "link/inner", "file/inner", "own"):
        with pytest.raises(Conflict, match="repository-path-taken: "):
            bench.create(asked({"a.txt": "a\n"}, path=path))
    held = bench.create(asked({"a.txt": "a\n"}, path="mine"))
    with Bench(Git(), tmp_path / "other", GitConnection(url=bare.url)) as other:
        for path in ("mine", "mine/inner"):
            with pytest.raises(Conflict, match=r"repository-path-taken: mine .*belongs to"):
                other.create(asked({}, path=path))
    inner = bare.clone()
    (inner.folder / "mine" / "a.txt").unlink()
    (inner.folder / "mine" / "a.txt").symlink_to("/etc/passwd")
    inner.commit({})
    inner.git("push", "-q", bare.url, "HEAD:main")
    assert bench.read(held).outputs["condition"] == "a.txt was changed"
    bench.update(held, held.inputs)
    assert bare.files()["mine/a.txt"] == "a"
    assert list(outside.iterdir()) == []
    bench.delete(held)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "../a",
        "a/../b",
        ".git/x",
        "a/.GIT/x",
        "git~1",
        "a//b",
        "a\nb",
        "a\\b",
        "a\0",
        "-/.",
        "c:x",
        "a.",
    ],
)
def test_a_path_that_could_lead_elsewhere_is_no_path(path: str, bench: Bench) -> None:
    with pytest.raises(ValidationError):
        bench.validated(asked({path: "x"}))
    with pytest.raises(ValidationError):
        bench.validated(asked({}, path=path))


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c id",
        "http://git.test/x.git",
        "https://me:secret@git.test/x",
        "--upload-pack=id",
        "/etc",
        "git://a/b",
    ],
)
def test_an_address_of_another_protocol_or_with_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        GitConnection(url=url)


def test_a_server_that_declines_is_told_with_its_own_words(bench: Bench, bare: Bare) -> None:
    hook = bare.folder / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho 'main is protected' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(PermanentFault, match=r"repository-refused: .*main is protected"):
        bench.create(asked({"a.txt": "a\n"}))


def test_a_key_is_given_to_ssh_by_a_file_of_its_own(bench: Bench, tmp_path: Path) -> None:
    from bakehouse.drivers.builtin.git.program import Program

    connection = GitConnection.model_validate(
        {"url": "git@git.test:shop.git", "sshKey": "KEY", "knownHosts": "git.test ssh-ed25519 AAAA"}
    )
    environment = Program(bench.context(), connection, tmp_path)._environment(remote=True)
    assert environment["GIT_ALLOW_PROTOCOL"] == "ssh"
    assert "StrictHostKeyChecking=yes" in environment["GIT_SSH_COMMAND"]
    (key,) = (tmp_path / "run").rglob("key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert str(key) in environment["GIT_SSH_COMMAND"]


PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: plain}
spec: {onRemove: destroy, connections: {git: deployments}, variables: {TOKEN: {secret: true}}}
---
apiVersion: bakehouse.dev/v1
kind: Connection
metadata: {name: deployments}
spec: {kind: git, values: {url: "URL"}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: workload-in-git}
spec:
  type: workload
  driver: git
  match: [{class: "*"}]
  inputs: {target: kubernetes, path: "dev/${resource.id}", namespace: shop}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: endpoint-in-git}
spec:
  type: endpoint
  driver: git
  match: [{class: "*"}]
  inputs: {path: "dev/${resource.id}-endpoint", namespace: shop}
"""
SCORE = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
service: {ports: {www: {port: 80}}}
containers: {main: {image: "registry.test/web:1"}}
"""


def test_an_application_goes_into_a_repository_and_out_again_by_the_command(
    bare: Bare, tmp_path: Path, isolated_home: Path
) -> None:
    files = {
        "platform/all.yaml": PLATFORM.replace("URL", bare.url),
        "score.yaml": SCORE,
        "bakehouse.yaml": application("workloads: [score.yaml]"),
    }
    desk = Desk(written(tmp_path / "app", files))
    desk("env", "create", "one", "--type", "plain")
    desk("catalog", "use", "platform")
    planned = desk("plan", "-e", "one").out
    assert "create dev/web/deployment-web.yaml" in planned
    assert "        +kind: Deployment" in planned
    assert "image: registry.test/web:1" in desk("render", "-e", "one").out
    desk("apply", "-e", "one", "--auto-approve")
    assert "dev/web-endpoint/service-web.yaml" in bare.files()
    assert "Nothing to do" in desk("plan", "-e", "one").out
    desk.edit("score.yaml", lambda text: text.replace("web:1", "web:2"))
    changed = desk("plan", "-e", "one").out
    assert "-        image: 'registry.test/web:1'" in changed
    assert "+        image: 'registry.test/web:2'" in changed
    desk("destroy", "-e", "one", "--auto-approve", "--confirm", "one")
    assert list(bare.files()) == ["README.md"]
    assert KEY not in planned
