"""An input that changed is shown with the line that says it."""

import pytest

from bakehouse.resolvers.lines import keys
from compiling import LOCAL, application, catalog, compiled, node

PLATFORM = (
    LOCAL
    + """
---
kind: ResourceDefinition
metadata: {name: any-config}
spec:
  type: config
  driver: template
  match: [{class: "*"}]
  inputs:
    values:
      title: "Bakery"
      size: "${resource.params.size}"
---
kind: ResourceDefinition
metadata: {name: any-workload}
spec:
  type: workload
  driver: template
  match: [{class: "*"}]
---
kind: WorkloadProfile
metadata: {name: loud}
spec:
  match: [{}]
  defaults:
    containers:
      "*":
        variables:
          LEVEL: debug
"""
)
WEB = """
containers:
  main:
    image: nginx
    command: [run]
    variables:
      A.B: "1"
resources:
  brand:
    type: config
    params:
      size: 3
"""


def line(address: str, path: str) -> str:
    found = node(compiled(application(web=WEB), catalog(PLATFORM)), address).line_of
    assert found is not None
    place = found(path)
    assert place is not None
    return f"{place.file}:{place.line}"


def test_what_a_definition_writes_is_found_in_the_definition() -> None:
    assert line("config#web.brand", "values.title") == "layer0/all.yaml:14"


def test_what_a_param_gives_is_found_where_the_param_is_declared() -> None:
    assert line("config#web.brand", "values.size") == "web.yaml:14"


def test_what_a_workload_says_is_found_in_its_score_file() -> None:
    assert line("workload#web", r"workload.containers.main.variables.A\.B") == "web.yaml:9"
    assert line("workload#web", "workload.name") == "web.yaml:2"


def test_what_a_profile_gives_is_found_in_the_profile() -> None:
    assert line("workload#web", "workload.containers.main.variables.LEVEL") == "layer0/all.yaml:32"


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.b", ("a", "b")), (r"a\.b.c", ("a.b", "c")), (r"a\\.b", ("a\\", "b")), ("a", ("a",)), ("", ())],
)
def test_dots_inside_keys_stand_after_a_backslash(path: str, expected: tuple[str, ...]) -> None:
    assert keys(path) == expected
