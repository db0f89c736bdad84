"""What `render` shows is what really runs: the rendered processes beside the run files that an apply wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.shop import Shop

pytestmark = pytest.mark.slow


def rendered(shop: Shop, folder: str) -> dict[str, Any]:
    """The documents of all processes by the program's name."""
    shop.run("render", "-o", folder)
    found = [
        yaml.safe_load(f.read_bytes()) for f in sorted((shop.folder / folder).glob("*/workload#*/*.yaml"))
    ]
    return {body["program"]: body for body in found}


def run_file(shop: Shop, program: str) -> Any:
    (path,) = (shop.folder / ".bakehouse").glob(f"**/{program}/run.json")
    return json.loads(path.read_bytes())


def settings(shop: Shop, program: str) -> Any:
    (path,) = (shop.folder / ".bakehouse").glob(f"**/{program}/program.json")
    return json.loads(path.read_bytes())


def test_what_is_rendered_is_what_runs(shop: Shop) -> None:
    before = rendered(shop, "before")
    shop.apply()
    password = shop.database_url().split(":")[2].split("@")[0]
    after = rendered(shop, "after")
    assert before.keys() == after.keys()
    assert len(after) == 3
    for program, body in after.items():
        ran = run_file(shop, program)
        assert {key: body[key] for key in ("argv", "environment", "files")} == {
            key: ran[key] for key in ("argv", "environment", "files")
        }
        assert [(link["target"], link["source"]) for link in body["links"]] == [
            (link["target"], link["source"]) for link in ran["links"]
        ]
        assert Path(ran["cwd"]) == shop.folder / body["cwd"]
        for key in ("restart", "stop_signal", "stop_seconds"):
            assert body[key] == settings(shop, program)[key]
        assert before[program]["argv"] == body["argv"]
        assert before[program]["environment"].keys() == body["environment"].keys()
    everything = [f.read_text(encoding="utf-8") for f in (shop.folder / "after").rglob("*") if f.is_file()]
    everything += [shop.run("render").out, shop.run("render", "--json").out]
    assert [text for text in everything if password in text] == []
    assert not any("$unknown" in text for text in everything)
    shop.assert_nothing_to_do()
