"""What `render` shows is what really runs: the rendered processes beside the run files that an apply wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from e2e.shop import Shop

pytestmark = pytest.mark.slow


def rendered(shop: Shop, folder: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The documents of the workloads' processes, and of all others, by the program's name."""
    shop.run("render", "-o", folder)
    ours, others = dict[str, Any](), dict[str, Any]()
    for file in sorted((shop.folder / folder).glob("resources/*/*.yaml")):
        body = yaml.safe_load(file.read_bytes())
        if "program" in body:
            (ours if file.parent.name.startswith("workload#") else others)[body["program"]] = body
    return ours, others


def run_file(shop: Shop, program: str) -> Any:
    (path,) = (shop.folder / ".bakehouse").glob(f"**/{program}/run.json")
    return json.loads(path.read_bytes())


def settings(shop: Shop, program: str) -> Any:
    (path,) = (shop.folder / ".bakehouse").glob(f"**/{program}/program.json")
    return json.loads(path.read_bytes())


def without_paths(argv: list[str]) -> list[str]:
    """The words that are the same on every machine: not the program and folders that were found or made on this one."""
    return [word for word in argv[1:] if not word.startswith("/") and word not in (".", "routes")]


def test_what_is_rendered_is_what_runs(shop: Shop) -> None:
    before, _ = rendered(shop, "before")
    shop.apply()
    password = shop.database_url().split(":")[2].split("@")[0]
    after, servers = rendered(shop, "after")
    assert before.keys() == after.keys()
    assert (len(after), len(servers)) == (3, 2)
    for program, body in servers.items():
        assert without_paths(body["argv"]) == without_paths(run_file(shop, program)["argv"])
        assert body["stop_signal"] == settings(shop, program)["stop_signal"]
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
