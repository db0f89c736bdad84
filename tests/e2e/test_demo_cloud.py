"""The demo of the cloud, as `make demo-cloud` runs it: everything that it says is true, and nothing of it stays."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from house_tree import ROOT
from parts.finding import absent
from parts.places import CACHE, CACHE_VARIABLE

pytestmark = pytest.mark.slow


def test_the_demo_goes_from_a_build_to_all_systems_and_back(isolated_home: Path) -> None:
    command = [sys.executable, str(ROOT / "examples" / "eks-rds-route53" / "demo.py")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "tests"), CACHE_VARIABLE: str(CACHE)}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if "The demo needs what its servers are made of" in ran.stderr:
        absent(ran.stderr.strip())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"The name server says that \S+\.parts\.test is 192\.0\.2\.10\.", ran.stdout)
    assert '"valueFrom": {"secretKeyRef": {"name": "web-secrets"' in ran.stdout
    assert "Nothing to do: shop in dev is as it should be" in ran.stdout
    for line in ("aws_db_instance.this", "aws_route53_record.this", "aws_iam_role.this"):
        assert f"create {line}" in ran.stdout
    assert "(known later)" not in ran.stdout
    assert re.search(r"\(destroy\) of shop in dev in .*: 8 deleted\.", ran.stdout)
    (place,) = set(re.findall(r"/\S+/cloud-[^/\s]+", ran.stdout))
    assert not Path(place).exists()
