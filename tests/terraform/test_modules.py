"""What a module declares is read from its files, and what is wrong with them is told at the definition's line."""

import subprocess
import sys
from typing import Any

import pytest

from bakehouse.drivers.builtin.terraform import Terraform
from bakehouse.drivers.builtin.terraform.constraints import BadConstraint, schema_of
from bakehouse.drivers.sdk import InputProblem, NotDescribed
from bakehouse.resolvers.shape import Shape
from terraform_module import SERVER, folder


def described(**files: str) -> Any:
    return Terraform().describe({"source": folder(**files), "variables": {}})


def problem(**inputs: Any) -> InputProblem:
    with pytest.raises(NotDescribed) as error:
        Terraform().describe(inputs)
    (found,) = error.value.problems
    return found


def fits(expression: str, value: Any) -> bool:
    return not Shape(schema_of(expression)).misfits(value)


@pytest.mark.parametrize(
    ("expression", "good", "bad"),
    [
        ("string", ["a", 1, True], [[], {}]),
        ("number", [1, 1.5, "1", "-1.5e3"], ["x", True, []]),
        ("bool", [True, "false"], ["yes", 1]),
        ("any", [1, "a", [], {}], []),
        ("list(string)", [[], ["a", 1, None]], ["a", {}, [[]]]),
        ("set(number)", [["1"]], [["x"]]),
        ("list", [["a", {}]], ["a"]),
        ("map(list(bool))", [{"a": [True]}], [{"a": True}, [True]]),
        ("object({a = string, b = optional(number, 3)})", [{"a": "x"}, {"a": "x", "b": 1, "c": 2}], [{}, {"a": []}]),
        ("object({\n a = string\n \"b\" : bool\n})", [{"a": "", "b": True}], [{"a": ""}]),
        ('object({a = optional(map(string), { x = ")" })})', [{}, {"a": {}}], [{"a": 1}]),
        ("tuple([string, number])", [["a", 1]], [["a"], ["a", 1, 2]]),
    ],
)  # fmt: skip
def test_a_type_takes_what_terraform_would_convert(expression: str, good: list[Any], bad: list[Any]) -> None:
    assert [value for value in good if not fits(expression, value)] == []
    assert [value for value in bad if fits(expression, value)] == []


@pytest.mark.parametrize("expression", ["", "strin", "list(", "map(string", "object({a})", "string string"])
def test_a_type_that_is_none_is_refused(expression: str) -> None:
    with pytest.raises(BadConstraint):
        schema_of(expression)


def test_variables_and_outputs_become_schemas() -> None:
    found = described()
    variables = found.inputs["properties"]["variables"]
    assert variables["required"] == ["name", "password"]
    assert list(variables["properties"]) == ["name", "port", "password", "zones", "tags"]
    assert variables["properties"]["name"]["description"] == "What the server is called"
    assert found.outputs["properties"] == {"id": {}, "host": {}, "port": {}, "password": {"x-secret": True}}
    assert found.outputs["additionalProperties"] is False


def test_null_is_taken_unless_a_variable_says_no() -> None:
    variables = described(
        main_tf='variable "a" { type = string }\nvariable "b" {\n type = number\n nullable = false\n}'
    )
    shape = Shape(variables.inputs["properties"]["variables"])
    assert [m.path for m in shape.misfits({"a": None, "b": None})] == [("b",)]


def test_files_in_json_are_read_too() -> None:
    found = described(main_tf_json='{"variable": {"x": {"type": "number"}}, "output": {"y": {"value": 1}}}')
    assert found.inputs["properties"]["variables"]["required"] == ["x"]
    assert list(found.outputs["properties"]) == ["y"]


@pytest.mark.parametrize(
    ("files", "code", "says"),
    [
        ({"main_tf": 'variable "a" {\n  type = \n}'}, "module-syntax", "modules/server/main.tf:2: "),
        ({"main_tf": 'variable "a" {\n  type = strin\n}'}, "module-syntax", "modules/server/main.tf:1: the type of"),
        ({"main_tf_json": '{\n"variable": }'}, "module-syntax", "modules/server/main.tf.json:2: "),
        ({"main_txt": ""}, "module-empty", "modules/server: "),
        ({"main_tf": '\n\nmodule "m" {\n  source = "../other"\n}'}, "module-outside", "modules/server/main.tf:3: "),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_module_is_told_with_its_file_and_line(files: Any, code: str, says: str) -> None:
    found = problem(source=folder(**files))
    assert (found.code, found.path) == (code, ("source",))
    assert found.message.startswith(says)


@pytest.mark.parametrize(
    ("source", "version", "code"),
    [
        ("terraform-aws-modules/rds/aws", "6.1.0", None),
        ("terraform-aws-modules/rds/aws", None, "module-not-pinned"),
        ("terraform-aws-modules/rds/aws", "~> 6.1", "module-not-pinned"),
        ("app.terraform.io/acme/rds/aws//modules/x", "= 6.1.0", None),
        ("git::https://example.com/rds.git?ref=v1.2.0", None, None),
        ("git::https://example.com/rds.git?depth=1&ref=modules/rds-2.0", None, None),
        (f"git::https://example.com/rds.git?ref={'0af' * 13}1", None, None),
        ("git::https://example.com/rds.git?ref=main", None, "module-not-pinned"),
        ("git::https://example.com/rds.git?ref=0af31c9", None, "module-not-pinned"),
        ("git::https://example.com/rds.git", None, "module-not-pinned"),
        ("./modules/${resource.class}", None, "module-computed"),
    ],
)
def test_a_module_elsewhere_must_be_the_same_tomorrow(
    source: str, version: str | None, code: str | None
) -> None:
    inputs = {"source": source, **({} if version is None else {"version": version})}
    if code is not None:
        assert problem(**inputs).code == code
    else:
        assert Terraform().describe(inputs).outputs["additionalProperties"] is True


ALL_AT_ONCE = """
import sys, threading
from bakehouse.drivers.builtin.terraform.modules import read_module

sys.setswitchinterval(1e-5)
found, together = [], threading.Barrier(4)


def read(number: int) -> None:
    together.wait()
    found.append(read_module({"main.tf": f"{sys.argv[1]}# {number}".encode()}).outputs["password"].sensitive)


threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
sys.exit(found != [True] * 4)
"""


@pytest.mark.slow
def test_modules_that_are_read_at_once_and_first_keep_what_is_sensitive() -> None:
    """In processes of their own: only the first parse of one can go wrong, and it does not always."""
    ran = [
        subprocess.run([sys.executable, "-c", ALL_AT_ONCE, SERVER], check=False).returncode for _ in range(8)
    ]
    assert ran == [0] * 8
