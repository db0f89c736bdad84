"""The commands by name, as data: so that ``--help`` can list them without loading them."""

from __future__ import annotations

from keyword import iskeyword

from msgspec import Struct


class Entry(Struct, frozen=True):
    """One command: its module is ``commands.MODULE`` (below a group ``commands.GROUP.MODULE``), its object ``command``."""

    name: str
    summary: str
    hidden: bool = False

    @property
    def module(self) -> str:
        """The name, with ``_`` behind a word of the language: no module is called ``import``."""
        return f"{self.name}_" if iskeyword(self.name) else self.name


class Family(Struct, frozen=True):
    """A group of commands below one name."""

    name: str
    summary: str
    entries: tuple[Entry | Family, ...]
    hidden: bool = False


class Section(Struct, frozen=True):
    """A heading of ``--help`` and the commands below it."""

    title: str
    commands: tuple[Entry | Family, ...]


ENVIRONMENTS = Family(
    "env",
    "List, create, set, pause and delete environments.",
    (
        Entry("list", "List the environments of this application."),
        Entry("create", "Register an environment."),
        Entry("delete", "Destroy what is recorded in an environment, then forget it."),
        Entry("set", "Set variables and pin images of an environment."),
        Entry("pause", "Stop what runs in an environment, and keep its data and ports."),
        Entry("resume", "Start again what `env pause` stopped, on the same ports and data."),
    ),
)

APPLICATION = Family(
    "app",
    "Add and remove workloads, resources and routes in the application's files.",
    (
        Family(
            "add",
            "Add to the application's files.",
            (
                Entry("workload", "Add a workload: a Score file that the application lists."),
                Entry("resource", "Add a resource to a workload, or one that workloads share."),
                Entry("route", "Add a route to a workload's port, with a host name."),
            ),
        ),
        Family(
            "remove",
            "Remove from the application's files.",
            (
                Entry("workload", "Remove a workload's Score file."),
                Entry("resource", "Remove a resource that nothing refers to."),
                Entry("route", "Remove a route."),
            ),
        ),
    ),
)

BUILDS = Family(
    "build",
    "Record builds of images, and deploy them by the rules of environment types.",
    (
        Entry("notify", "Record a build, and say which environments take it."),
        Entry("list", "List the recorded builds of an application."),
    ),
)

STATE = Family(
    "state",
    "Look at what is recorded, rename it, back it up, and repair it.",
    (
        Entry("list", "List the recorded resources."),
        Entry("show", "Show one recorded resource."),
        Entry("mv", "Give a recorded resource another address."),
        Entry("rename", "Give an application or an environment another name."),
        Entry("rm", "Forget recorded resources, and leave their objects alone."),
        Entry("export", "Write an environment with everything that is recorded about it into a file."),
        Entry("import", "Take in an environment that was exported from another state."),
        Entry("backup", "Write a consistent copy of the state."),
        Entry("doctor", "Look everything through that is recorded, and say how to repair it."),
        Entry("unlock", "Take an environment away from whoever holds it."),
    ),
)

KEY = Family(
    "key",
    "Make, bring along and change the key of the state's secrets.",
    (
        Entry("init", "Make the key of the state's secrets."),
        Entry("import", "Bring the key of the state's secrets to this machine."),
        Entry("rotate", "Encrypt the state's secrets with a new key."),
    ),
)

DRIVERS = Family(
    "drivers",
    "List and describe the installed drivers.",
    (
        Entry("list", "List the installed drivers."),
        Entry("show", "Show what a driver accepts and gives."),
    ),
)

CATALOG = Family(
    "catalog",
    "Check and read the platform catalog.",
    (
        Entry("validate", "Check the platform catalog alone."),
        Entry("test", "Run the cases that are written beside a catalog."),
        Entry("list", "List what the catalog holds."),
        Entry("show", "Show one item of the catalog."),
        Entry("effective", "Show what of the catalog applies in an environment."),
        Entry("use", "Set the catalog that binds the environments of this store."),
    ),
)

SECTIONS = (
    Section(
        "Begin",
        (
            Entry("init", "Make a folder ready: files to start from and the environment local."),
            APPLICATION,
            Entry("validate", "Check the application's files, and the catalog that they use."),
            ENVIRONMENTS,
        ),
    ),
    Section(
        "Change",
        (
            Entry("plan", "Show what would change, and why."),
            Entry("apply", "Carry out a plan, saved or made now."),
            Entry("destroy", "Destroy everything that is recorded in an environment."),
            Entry("rollback", "Go back to what an earlier deployment was made from."),
            BUILDS,
            Entry("rotate", "Give secret outputs of a resource new values."),
            Entry("restart", "Restart a workload."),
        ),
    ),
    Section(
        "Understand",
        (
            Entry("status", "Show what runs, and where."),
            Entry("drift", "Show what others changed, of all that is recorded."),
            Entry("outputs", "Show the outputs of the resources."),
            Entry("logs", "Show what the workloads print."),
            Entry("explain", "Explain how a resource is met, and why that way."),
            Entry("graph", "Draw the resource graph, or a saved plan."),
            Entry("render", "Show what an apply would set up: the executable configuration."),
            Entry("diff", "Show what differs between two deployments, environments or plans."),
            Entry("history", "List the deployments of an environment."),
            Entry("show", "Show one deployment, or a saved plan."),
        ),
    ),
    Section(
        "Platform",
        (
            CATALOG,
            Entry("types", "List the resource types and what they give."),
            DRIVERS,
            STATE,
            KEY,
            Entry("schema", "Print the JSON Schema of a kind of file, or of the plan document."),
            Entry("help", "Explain an error code, or a command."),
            Entry("completion", "Print the completion script of a shell."),
            Entry("launch", "Become the program of a run file (called by the supervisor).", hidden=True),
        ),
    ),
)
