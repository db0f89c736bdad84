"""What of a catalog applies in one environment."""

import pytest

from desk import Desk

MORE = """\
---
kind: ResourceDefinition
metadata: {name: greeting-here}
spec: {type: greeting, driver: template, match: [{environmentType: plain}], inputs: {values: {text: hi}}}
---
kind: ResourceDefinition
metadata: {name: greeting-elsewhere}
spec: {type: greeting, driver: template, match: [{environmentType: careful}], inputs: {values: {text: hi}}}
---
kind: WorkloadProfile
metadata: {name: quiet}
spec: {match: [{}], defaults: {containers: {"*": {variables: {QUIET: "1"}}}}}
"""


@pytest.mark.slow
def test_what_applies_is_shown_with_its_origin(set_desk: Desk) -> None:
    set_desk.edit("platform/platform.yaml", lambda text: text + MORE)
    set_desk("env", "set", "LEVEL=debug")
    set_desk("env", "set", "TOKEN", stdin="planted-value\n")
    found = set_desk.read("catalog", "effective", "-e", "here")
    chosen = {d["name"]: d["lost"] for d in found["definitions"] if d["type"] == "greeting"}
    assert chosen == {"greeting": "less specific than greeting-here", "greeting-here": None}
    assert [p["name"] for p in found["profiles"]] == ["quiet"]
    values = {v["name"]: (v["value"], v["from"]) for v in found["variables"]}
    assert values == {
        "COUNT": (1, "default"),
        "LEVEL": ("debug", "environment here"),
        "TOKEN": ("***", "environment here"),
    }
    assert {d["where"].split(":")[0] for d in found["definitions"]} == {"platform/platform.yaml"}
    text = set_desk("catalog", "effective").out
    assert "not chosen: less specific than greeting-here" in text
    assert "planted-value" not in text + str(found)
