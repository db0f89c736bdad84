"""OpenTofu is there for tests, and Terraform where a machine has it; both do the same."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from parts.terraform import terraform
from parts.tofu import tofu

pytestmark = pytest.mark.slow

MODULE = """
variable "word" { type = string }
resource "terraform_data" "kept" { input = var.word }
output "kept" { value = terraform_data.kept.output }
"""


@pytest.mark.parametrize("part", [tofu, terraform])
def test_a_module_is_applied_and_read(part: Callable[[], Path], tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MODULE)

    def run(*words: str) -> str:
        settings = {"HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
        done = subprocess.run(
            [part(), *words], cwd=tmp_path, env=settings, check=True, capture_output=True, text=True
        )
        return done.stdout

    run("init", "-input=false")
    run("apply", "-input=false", "-auto-approve", "-var=word=rye")
    assert json.loads(run("output", "-json"))["kept"]["value"] == "rye"
