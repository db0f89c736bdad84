"""The scenarios that plan and apply must survive, and the tests that are marked `@pytest.mark.scenario(NUMBER, …)`."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent

SCENARIOS: Mapping[int, str] = {
    1: "A crash after a driver made an object, before that is recorded: the object is found by its token, and is one.",
    2: "A crash after the intent is recorded and before the driver is called: the next apply makes the object, one.",
    3: "SIGKILL before and after every durable step of an apply of 200 resources: nothing is lost, nothing is doubled.",
    4: "Ctrl-C once lets running steps finish; twice leaves at once. The next apply goes on from there.",
    5: "SIGTERM and SIGKILL five seconds later, or SIGKILL alone: no child process survives, the next apply goes on.",
    6: "Two applies at once: one writes, the other names the holder, or waits until a deadline.",
    7: "A holder that died is replaced at once, and the next apply says whose place it took.",
    8: "A holder that slept past its lease is refused when it wakes up, and changes nothing any more.",
    9: "A lease that is ended by force during an apply: no update is lost, however the two interleave.",
    10: "A plan is made while an apply holds the lease, from one committed state.",
    11: "A saved plan after the state moved: refused where it touches what moved, else applied.",
    12: "A saved plan that was edited, is of another environment, or was made with another schema of a driver, is refused.",
    13: "A saved plan after the application's files changed does what was planned, or with --require-current is refused.",
    14: "The live object changed between plan and apply: what was not reviewed is not done.",
    15: "A cycle is refused when compiled, with the shortest way round and the line of each edge.",
    16: "What depends on each other and is removed together goes in order, also from the state alone.",
    17: "A delete that fails half-way through a chain is resumed in the same order.",
    18: "A replacement below a dependant: the dependant is an update, and a no-op where nothing comes of it.",
    19: "Create-first replacements include what they depend on; the old object is deleted by the next apply after a crash.",
    20: "A create-first replacement whose create fails leaves the old object current.",
    21: "A crash between the delete and the create of a replacement: the next apply makes one new object.",
    22: "An update that drops a reference comes before the delete of what it referred to.",
    23: "A driver gives another value than planned, or changes a stable output: told with both values, and still tracked.",
    24: "Outputs that are missing, extra, unknown or of another type than declared.",
    25: "A create that raises half-way leaves a tainted record with what it gave; the next apply settles it.",
    26: "A driver hangs: its step ends at the deadline, other branches go on, a late result is neither lost nor doubled.",
    27: "A fault that may pass is tried again, as late as the driver asks for.",
    28: "A driver that is another program, or a service, dies during a call: a fault, and nothing is left over.",
    29: "A secret changes: it is told by version alone, and a search for its text finds nothing.",
    30: "A secret inside a map: its siblings are still shown.",
    31: "A full disk, a read-only disk, an error of the disk (played): nothing is lost and the state stays readable.",
    32: "Five kinds of damage to the state have an error each, and none is taken for no state.",
    33: "A state that was deleted by hand, or is an older copy, is noticed.",
    34: "10,000 resources are planned in a moment; output and state are equal whatever the hash seed and the parallelism.",
    35: "A chain of 5,000 and a fan-in of 5,000: planned, applied and destroyed without an error of recursion.",
    36: "Names and values in any script, look-alikes, right-to-left text, emoji, control characters, texts of 1 MB.",
    37: "An empty plan writes nothing and leaves no lease.",
    38: "A rename is no change; onto an occupied address it is refused; a renamed workload keeps its database.",
    39: "Everything vanishes from the files: the plan is refused until the number of deletes is agreed to.",
    40: "From any valid state, any operation with any failures ends in a valid state, and a clean apply converges.",
    41: "The clock jumps while a lease is held: there is one writer still, and nobody is locked out for ever. A machine "
    "that sleeps is played by stopping all processes and setting the clock ahead, as near as a test comes to it.",
    42: "A state that an older schema of a driver wrote is brought along; one that a newer wrote is refused.",
    43: "A protected resource whose replacement is needed refuses the whole plan, until that is allowed.",
    44: "An apply with a driver that is not installed says which, and starts nothing.",
    45: "A saved plan that failed half-way is applied again and resumes; after somebody else moved its basis it is refused.",
    46: "The machine was rebooted: the plan says what does not run, and the apply starts it on the same ports.",
    47: "Destroyed and made again while the old object still exists: no collision, and nothing adopted by accident.",
}


@dataclass(frozen=True, order=True)
class Test:
    """One test that shows a scenario, by its file below `tests` and its name."""

    file: str
    name: str

    @property
    def says(self) -> str:
        """What it shows, in words."""
        if self.name.startswith("Test"):
            return f"{self.name.removeprefix('Test').lower()}, by random operations beside a model"
        return self.name.removeprefix("test_").replace("_", " ")


def shown() -> dict[int, list[Test]]:
    """The tests of each marked scenario, found in the text of the tests without loading any of them."""
    found: dict[int, list[Test]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "mark.scenario(" not in text:
            continue
        for name, number in _marks(ast.parse(text).body):
            found.setdefault(number, []).append(Test(path.relative_to(TESTS).as_posix(), name))
    return found


def _marks(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    """Name and scenario of every marked test, class of tests, or test case that a model was given as."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            for mark in node.decorator_list:
                yield from ((node.name, number) for number in _numbers(mark))
        if isinstance(node, ast.ClassDef):
            yield from _marks(node.body)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield from ((node.targets[0].id, number) for number in _numbers(node.value))


def _numbers(node: ast.expr) -> Iterator[int]:
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "pytest.mark.scenario":
            yield from (ast.literal_eval(argument) for argument in call.args)
