"""What is typed, as click takes it; nothing is run."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import bakehouse.cli
from bakehouse.cli.config import settle
from bakehouse.cli.flags import Flags, flags_of
from bakehouse.cli.groups import Verb
from bakehouse.cli.main import main
from bakehouse.cli.register import SECTIONS, Entry, Family
from bakehouse.graph.errors import InvalidInput

COMMANDS = Path(bakehouse.cli.__file__).parent / "commands"


def entries() -> dict[str, Entry]:
    return {name: entry for section in SECTIONS for name, entry in below(section.commands)}


def below(commands: tuple[Entry | Family, ...], path: str = "") -> Iterator[tuple[str, Entry]]:
    for item in commands:
        if isinstance(item, Family):
            yield from below(item.entries, f"{path}{item.name}.")
        else:
            yield f"{path}{item.module}", item


def test_every_command_has_a_file_and_every_file_a_command() -> None:
    files = {".".join(p.relative_to(COMMANDS).with_suffix("").parts) for p in COMMANDS.rglob("*.py")}
    assert {f for f in files if not f.endswith("__init__")} == set(entries())


@pytest.mark.parametrize("name", sorted(entries()))
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    command: click.Command = importlib.import_module(f"bakehouse.cli.commands.{name}").command
    said = (command.help or "").split("\n\n")[0].replace("\n", " ").strip()
    assert command.name == name.rpartition(".")[2].removesuffix("_")
    assert entries()[name].hidden == command.hidden
    if not command.hidden:
        assert said == entries()[name].summary


@pytest.mark.parametrize("name", sorted(entries()))
def test_command_functions_are_short(name: str) -> None:
    tree = ast.parse((COMMANDS / f"{name.replace('.', '/')}.py").read_text(encoding="utf-8"))
    (function,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "command")
    assert (function.end_lineno or 0) - function.lineno < 40


@pytest.mark.parametrize(
    "words",
    [
        ["-e", "x", "--json", "probe"],
        ["probe", "-e", "x", "--json"],
        ["-e", "y", "probe", "-e", "x", "--json"],
    ],
)
def test_common_options_stand_before_or_after_the_command(words: list[str]) -> None:
    seen: list[Flags] = []

    @click.group()
    def group() -> None:
        pass

    @click.command("probe", cls=Verb)
    def probe() -> None:
        seen.append(flags_of(click.get_current_context()))

    from bakehouse.cli.flags import common_options

    group.params.extend(common_options())
    group.add_command(probe)
    assert CliRunner().invoke(group, words, obj=Flags()).exit_code == 0
    assert (seen[0].environment, seen[0].json, seen[0].quiet) == ("x", True, None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plna"], "there is no command 'plna' [usage]\n  hint: did you mean 'plan'?\n"),
        (["env", "lst"], "there is no command 'lst' [usage]\n  hint: did you mean 'list'?\n"),
        (["plan", "--ot", "x"], "no such option '--ot'"),
        (["--color", "blue", "plan"], "invalid value for '--color'"),
        (["explain"], "missing argument 'ADDRESS'"),
        (["explain", "nothing"], "'nothing' is no address"),
        (["plan", "--image", "a=b=c/d"], "is no image"),
        (["apply", "--wait", "soon"], "'soon' is no time"),
        (["outputs", "--reveal"], "--reveal needs ADDRESS and OUTPUT"),
    ],
)
def test_wrong_usage_is_exit_code_1_with_the_reason(words: list[str], said: str) -> None:
    run = CliRunner().invoke(main, words)
    assert run.exit_code == 1
    assert said in run.stderr
    assert "next: bakehouse" in run.stderr
    assert run.stdout == ""


def test_help_and_version_are_data() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout.startswith("bakehouse ")
    for words in (["--help"], ["env", "--help"], ["env", "create", "-h"]):
        run = CliRunner().invoke(main, words)
        assert (run.exit_code, run.stderr) == (0, "")
        assert "Common options" in run.stdout


@pytest.mark.parametrize("words", [[], ["env"]])
def test_a_group_without_a_command_shows_its_help(words: list[str]) -> None:
    run = CliRunner().invoke(main, words)
    assert (run.exit_code, run.stdout) == (1, "")
    assert run.stderr.startswith("Usage: bakehouse")
    assert "error:" not in run.stderr


def test_settings_come_from_the_nearest_source(tmp_path: Path) -> None:
    user = tmp_path / "config" / "bakehouse"
    user.mkdir(parents=True)
    (user / "config.yaml").write_text("environment: user\nparallelism: 3\ncolor: never\n", encoding="utf-8")
    (tmp_path / "bakehouse.yaml").write_text(
        "spec:\n  settings: {environment: project, parallelism: 4}\n", encoding="utf-8"
    )
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    environ = {"XDG_CONFIG_HOME": str(tmp_path / "config"), "BAKEHOUSE_ENVIRONMENT": "variable"}
    flags = Flags(directory=str(below))

    found = settle(flags, environ)
    assert (found.environment, found.parallelism, found.color) == ("variable", 4, "never")
    flags.environment = "flag"
    assert settle(flags, environ).environment == "flag"
    (tmp_path / "bakehouse.yaml").unlink()
    assert settle(Flags(directory=str(below)), {**environ, "BAKEHOUSE_ENVIRONMENT": ""}).environment is None
    assert (
        settle(Flags(directory=str(below)), {"XDG_CONFIG_HOME": environ["XDG_CONFIG_HOME"]}).parallelism == 3
    )


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        (
            {"BAKEHOUSE_PARALLELISM": "many"},
            "BAKEHOUSE_PARALLELISM is 'many', expected a number from 1 to 256",
        ),
        ({"BAKEHOUSE_COLOR": "blue"}, "BAKEHOUSE_COLOR is 'blue', expected auto, always or never"),
        ({"BAKEHOUSE_JSON": "maybe"}, "BAKEHOUSE_JSON is 'maybe', expected true or false"),
    ],
)
def test_a_setting_that_cannot_be_used_names_where_it_stands(
    environ: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidInput) as caught:
        settle(Flags(directory=str(tmp_path)), {"HOME": str(tmp_path), **environ})
    assert str(caught.value) == said


def test_an_unknown_setting_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "bakehouse").mkdir()
    (tmp_path / "bakehouse" / "config.yaml").write_text("enviroment: x\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as caught:
        settle(Flags(directory=str(tmp_path)), {"XDG_CONFIG_HOME": str(tmp_path)})
    assert caught.value.diagnostics[0].hint == "did you mean 'environment'?"
