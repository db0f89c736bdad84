"""The commands by name, as data: so that ``--help`` can list them without loading them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One command: its module is ``commands.NAME`` (below a group ``commands.GROUP.NAME``), its object ``command``."""

    name: str
    summary: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A group of commands below one name."""

    name: str
    summary: str
    entries: tuple[Entry | Family, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of ``--help`` and the commands below it."""

    title: str
    commands: tuple[Entry | Family, ...]


ENVIRONMENTS = Family(
    "env",
    "List, create, set and delete environments.",
    (
        Entry("list", "List the environments of this application."),
        Entry("create", "Register an environment."),
        Entry("delete", "Destroy what is recorded in an environment, then forget it."),
        Entry("set", "Set variables and pin images of an environment."),
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
    "Look at what is recorded, and back it up.",
    (
        Entry("list", "List the recorded resources."),
        Entry("show", "Show one recorded resource."),
        Entry("backup", "Write a consistent copy of the state."),
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
            BUILDS,
            Entry("rotate", "Give secret outputs of a resource new values."),
            Entry("restart", "Restart a workload."),
        ),
    ),
    Section(
        "Understand",
        (
            Entry("status", "Show what runs, and where."),
            Entry("outputs", "Show the outputs of the resources."),
            Entry("logs", "Show what the workloads print."),
            Entry("explain", "Explain how a resource is met, and why that way."),
            Entry("graph", "Draw the resource graph."),
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
            Entry("schema", "Print the JSON Schema of a kind of file."),
            Entry("completion", "Print the completion script of a shell."),
            Entry("launch", "Become the program of a run file (called by the supervisor).", hidden=True),
        ),
    ),
)
