"""Of what is not wanted any more a plan says what has stopped asking for it, with file and line."""

from pathlib import Path

import pytest

from desk import PLAIN, Desk, application
from folders import written

WEB = """\
apiVersion: score.dev/v1b1
metadata: {name: web}
containers: {main: {image: example.com/web}}
resources:
  store: {type: disk}
"""
CATALOG = (
    PLAIN
    + """\
kind: ResourceType
metadata: {name: disk}
spec: {outputs: {type: object, properties: {size: {type: string}}}}
---
kind: ResourceType
metadata: {name: network}
spec: {outputs: {type: object, properties: {name: {type: string}}}}
---
kind: ResourceDefinition
metadata: {name: disks}
spec:
  type: disk
  driver: template
  match: [{}]
  dependencies: {net: {type: network, id: main}}
  inputs: {values: {size: big}}
---
kind: ResourceDefinition
metadata: {name: networks}
spec: {type: network, driver: template, match: [{}], inputs: {values: {name: main}}}
---
kind: ResourceDefinition
metadata: {name: workloads}
spec: {type: workload, driver: template, match: [{}], inputs: {values: {name: web}}}
"""
)


@pytest.fixture
def desk(tmp_path: Path, isolated_home: Path) -> Desk:
    """An application of one workload, whose disk asks for a network."""
    files = {
        "platform/all.yaml": CATALOG,
        "web/score.yaml": WEB,
        "bakehouse.yaml": application("workloads: [web/score.yaml]"),
    }
    found = Desk(written(tmp_path / "shop", files))
    found("env", "create", "one", "--type", "plain")
    found("apply", "-e", "one", "--auto-approve")
    return found


def reasons(desk: Desk) -> dict[str, str]:
    changes = desk.read("plan", "-e", "one")["changes"]
    return {
        c["address"]: f"{c['reasons'][0]['code']}: {c['reasons'][0]['text']} "
        f"({c['reasons'][0]['place']['file']}:{c['reasons'][0]['place']['line']})"
        for c in changes
        if c["action"] == "delete"
    }


def test_a_resource_that_a_workload_asks_for_no_more_names_the_workloads_file(desk: Desk) -> None:
    desk.edit("web/score.yaml", lambda text: text.replace("  store: {type: disk}\n", "  {}\n"))
    assert reasons(desk) == {
        "disk#web.store": "dropped: dropped from the application (web/score.yaml:5)",
        "network#main": "dropped: dropped with disk#web.store (bakehouse.yaml:4)",
    }


def test_a_workload_that_is_listed_no_more_is_named_with_all_that_it_had(desk: Desk) -> None:
    desk.edit("bakehouse.yaml", lambda text: text.replace("[web/score.yaml]", "[]"))
    found = reasons(desk)
    said = "dropped: workload web was dropped from the application (bakehouse.yaml:4)"
    assert (found["workload#web"], found["disk#web.store"]) == (said, said)


def test_what_a_definition_asks_for_no_more_names_the_definition(desk: Desk) -> None:
    asked = "  dependencies: {net: {type: network, id: main}}\n"
    desk.edit("platform/all.yaml", lambda text: text.replace(asked, ""))
    said = "not-asked-for: definition disks of disk#web.store does not ask for it any more"
    assert reasons(desk) == {"network#main": f"{said} (platform/all.yaml:13)"}


def test_what_another_definition_meets_now_names_that_one(desk: Desk) -> None:
    body = (
        "spec: {type: disk, driver: template, match: [{application: shop}], inputs: {values: {size: big}}}\n"
    )
    more = f"---\nkind: ResourceDefinition\nmetadata: {{name: slim}}\n{body}"
    desk.edit("platform/all.yaml", lambda text: text + more)
    said = "not-asked-for: definition slim of disk#web.store does not ask for it any more"
    assert reasons(desk)["network#main"].startswith(said)


def test_what_asked_for_it_is_known_by_its_new_name_after_a_move(desk: Desk) -> None:
    desk.edit("web/score.yaml", lambda text: text.replace("  store:", "  depot:"))
    moved = "[web/score.yaml], moved: [{from: disk#web.store, to: disk#web.depot}]"
    desk.edit("bakehouse.yaml", lambda text: text.replace("[web/score.yaml]", moved))
    desk("apply", "-e", "one", "--auto-approve")
    assert "Nothing to do" in desk("plan", "-e", "one").out
    desk.edit(
        "platform/all.yaml", lambda text: text.replace("  dependencies: {net:", "  dependencies: {other:")
    )
    desk.edit(
        "platform/all.yaml",
        lambda text: text.replace("{type: network, id: main}", "{type: network, id: another}"),
    )
    said = "not-asked-for: definition disks of disk#web.depot does not ask for it any more"
    assert reasons(desk)["network#main"].startswith(said)
