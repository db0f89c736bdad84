"""What is retained: a folder with which plain Terraform or OpenTofu goes on, once the record with its state is gone."""

import re
import subprocess
from pathlib import Path

import orjson
import pytest
from msgspec.structs import replace

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.providers import ProviderSettings
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.sdk import PermanentFault
from desk import Desk, application
from folders import written
from parts.bake import REQUIRED, configuration
from terraform_module import SERVER, folder

pytestmark = pytest.mark.slow

KEY = "planted-77f20c1e"
PLATFORM = """\
apiVersion: bakehouse.dev/v1
kind: EnvironmentType
metadata: {name: plain}
spec: {onRemove: retain, ephemeral: allowed}
---
apiVersion: bakehouse.dev/v1
kind: ResourceType
metadata: {name: server}
spec: {outputs: {type: object, properties: {id: {}, host: {}, port: {}, password: {x-secret: true}}}}
---
apiVersion: bakehouse.dev/v1
kind: ResourceDefinition
metadata: {name: server}
spec:
  type: server
  driver: terraform
  match: [{}]
  inputs:
    source: ./modules/server
    binary: BINARY
    variables: {name: "${resource.id}", password: {$secret: {store: env, ref: GREETING_KEY}}, zones: [a, b]}
"""
OVEN = (
    REQUIRED
    + """
variable "value" {
  type = string
}
resource "bake_oven" "main" {
  value = var.value
}
output "id" {
  value = bake_oven.main.id
}
"""
)


@pytest.fixture
def desk(tmp_path: Path, binary: str, isolated_home: Path) -> Desk:
    """An application of two servers, deployed."""
    files = {
        "platform/all.yaml": PLATFORM.replace("BINARY", binary),
        "platform/modules/server/main.tf": SERVER,
        "bakehouse.yaml": application("shared: {main: {type: server}, spare: {type: server}}"),
    }
    found = Desk(written(tmp_path / "shop", files))
    said(found, "env", "create", "one", "--type", "plain", "--apply", "--auto-approve")
    return found


def said(desk: Desk, *words: str, expect: int = 0, **variables: str) -> str:
    ran = desk(*words, expect=expect, GREETING_KEY=KEY, **variables)
    assert KEY not in ran.out + ran.err
    return ran.out + ran.err


def place(text: str, address: str) -> Path:
    """Where an apply said that the state of a resource is, however its lines were folded."""
    found = re.search(rf"{re.escape(address)}\s+forgotten: its Terraform state is in (\S+),", text)
    assert found, text
    return Path(found[1])


def plain(binary: str, where: Path, *words: str) -> tuple[int, str]:
    """The program run there by a person."""
    ran = subprocess.run(
        [binary, *words, "-no-color"], cwd=where, capture_output=True, text=True, check=False, timeout=120
    )
    return ran.returncode, ran.stdout + ran.stderr


def assert_it_goes_on(binary: str, where: Path) -> None:
    code, text = plain(binary, where, "init", "-input=false")
    assert code == 0, text
    code, text = plain(binary, where, "plan", "-input=false", "-detailed-exitcode")
    assert code == 0, text
    assert "No changes" in text


def assert_only_its_user_reads_it(where: Path) -> None:
    assert where.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in where.rglob("*") if path.is_file()} == {0o600}
    assert KEY in (where / "terraform.tfstate").read_text()


def test_what_is_dropped_and_retained_goes_on_in_a_folder_that_the_apply_names(
    desk: Desk, binary: str
) -> None:
    desk.edit("bakehouse.yaml", lambda text: text.replace(", spare: {type: server}", ""))
    plan = said(desk, "plan", "-e", "one")
    assert "server#shared.spare" in plan
    where = place(said(desk, "apply", "-e", "one", "--auto-approve"), "server#shared.spare")
    assert where.parent == desk.folder / ".bakehouse/one/retained"
    assert_only_its_user_reads_it(where)
    assert where.name in said(desk, "show", "2", "-e", "one")
    assert "server#shared.spare" not in said(desk, "state", "list", "-e", "one")
    assert not (desk.folder / ".bakehouse/one/terraform").exists()
    assert_it_goes_on(binary, where)
    code, text = plain(binary, where, "destroy", "-auto-approve", "-input=false")
    assert code == 0, text
    assert "3 destroyed" in text
    assert "Nothing to do" in said(desk, "plan", "-e", "one")


def test_what_a_destroyed_environment_retains_stays_in_the_folder_that_is_named_for_it(
    desk: Desk, binary: str, tmp_path: Path
) -> None:
    ended = ("env", "delete", "one", "--auto-approve", "--confirm", "one")
    refused = said(desk, *ended, expect=1, BAKEHOUSE_RETAINED="kept")
    assert "BAKEHOUSE_RETAINED names kept, and must name a folder by its whole path" in refused
    assert "server#shared.main" in said(desk, "state", "list", "-e", "one")
    told = said(desk, *ended, BAKEHOUSE_RETAINED=str(tmp_path / "kept"))
    places = [place(told, f"server#shared.{name}") for name in ("main", "spare")]
    assert sorted(path.parent for path in places) == [tmp_path / "kept"] * 2
    for where in places:
        assert_only_its_user_reads_it(where)
        assert_it_goes_on(binary, where)
    assert [p for p in desk.folder.rglob("*") if p.is_file() and KEY.encode() in p.read_bytes()] == []


def test_the_connection_and_its_secrets_go_with_it(
    binary: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(configuration(tmp_path)))
    connection = ProviderSettings.model_validate(
        {"postgres": "host=nowhere password=planted-in-the-provider"}
    )
    inputs = {"source": folder(main_tf=OVEN), "variables": {"value": "warm"}, "binary": binary}
    with Bench(Terraform(), tmp_path / "bench", connection=connection) as bench:
        held = bench.create(inputs)
        told = retained(bench, held)
        where = Path(told.removeprefix("its Terraform state is in ").partition(",")[0])
        assert retained(bench, held) == told, "a second call writes the same"
        assert_it_goes_on(binary, where)
        assert "planted-in-the-provider" not in (where / "main.tf.json").read_text()
        assert "planted-in-the-provider" in (where / "terraform.tfvars.json").read_text()
        bench.delete(held)
        assert where.is_dir(), "what was handed over is not ours any more"


def test_what_only_an_interrupted_attempt_knew_stays(binary: str, tmp_path: Path) -> None:
    inputs = {"source": folder(), "variables": {"name": "x", "password": "p"}, "binary": binary}
    with Bench(Terraform(), tmp_path / "bench") as bench:
        held = bench.create(inputs)
        where = Path(retained(bench, held).removeprefix("its Terraform state is in ").partition(",")[0])
        state = where / "terraform.tfstate"
        newer = orjson.loads(state.read_bytes())
        newer["serial"] += 1
        newer["resources"] = newer["resources"][:1]
        state.write_bytes(orjson.dumps(newer))
        root = orjson.loads((where / "main.tf.json").read_bytes())
        root["import"] = [{"to": "module.m.terraform_data.late", "id": "late-1"}]
        (where / "main.tf.json").write_bytes(orjson.dumps(root))
        retained(bench, held)
        assert orjson.loads(state.read_bytes())["serial"] == newer["serial"]
        assert orjson.loads((where / "main.tf.json").read_bytes())["import"] == root["import"]
        bench.delete(held)


def test_inputs_that_cannot_be_read_keep_the_record(binary: str, tmp_path: Path) -> None:
    inputs = {"source": folder(), "variables": {"name": "x", "password": "p"}, "binary": binary}
    with Bench(Terraform(), tmp_path / "bench") as bench:
        held = bench.create(inputs)
        broken = replace(held, inputs={"nothing": 1})
        with pytest.raises(PermanentFault, match="inputs cannot be read"):
            retained(bench, broken)
        bench.delete(held)


def retained(bench: Bench, held: Held) -> str:
    told = bench.driver.retain(bench.context(held.prior()))
    assert told is not None
    return told
