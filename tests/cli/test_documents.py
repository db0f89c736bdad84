"""Documents about what is recorded, as people read them."""

import io

from msgspec.structs import replace

from bakehouse.cli.views.document import TextView
from bakehouse.cli.views.environments import EnvironmentsText
from bakehouse.cli.views.history import HistoryText
from bakehouse.cli.views.outputs import OutputsText
from bakehouse.cli.views.screen import Screen
from bakehouse.cli.views.status import StatusText
from bakehouse.cli.views.text import render
from bakehouse.graph.address import Address
from bakehouse.graph.values import Secret
from bakehouse.plans.reports.environments import environments
from bakehouse.plans.reports.history import history
from bakehouse.plans.reports.outputs import outputs
from bakehouse.plans.reports.status import status
from bakehouse.plans.state.records import (
    DeploymentRecord,
    DeploymentStatus,
    EnvironmentRecord,
    Holder,
    Lease,
    ResourceRecord,
    ResourceStatus,
    RolledBack,
)
from bakehouse.plans.state.store import Snapshot

AT = "2026-01-01T00:00:00Z"
HERE = EnvironmentRecord("uid", "shop", "here", "local", AT, expires="2026-02-01T00:00:00Z", paused=True)
LAST = DeploymentRecord(
    3,
    "apply",
    DeploymentStatus.FAILED,
    "digest",
    AT,
    "me",
    ended="2026-01-01T00:01:15Z",
    counts={"done": 4, "failed": 1},
)
HOLDER = Holder("ann", "oven", "boot", 42, "7", "bakehouse apply")


def record(text: str, state: ResourceStatus = ResourceStatus.READY, **values: object) -> ResourceRecord:
    address = Address.parse(text)
    return ResourceRecord(
        address, "uid", "slug", 1, 1, state, "template", 1, "f", {"name": "d"}, {}, values, {}
    )


RECORDS = (
    record("dns#web.dns", url="http://shop.localhost:8080", host="shop.localhost"),
    record("postgres#web.db", ResourceStatus.TAINTED, password=Secret("local", "uid/password", "1")),
    record("proxy#local"),
    record("workload#web"),
)
SNAPSHOT = Snapshot(HERE, {r.address: r for r in RECORDS})


def shown(view: type[TextView], document: dict[str, object]) -> str:
    return render(view(Screen(io.StringIO(), io.StringIO(), "never")).lines(document), colour=False)


def test_status_says_what_runs_where_and_who_works_on_it() -> None:
    running = {
        Address.parse("proxy#local"): (True, ""),
        Address.parse("workload#web"): (False, "main has ended with 1"),
    }
    lease = Lease("uid", 4, HOLDER, AT, "2026-01-01T00:00:30Z")
    assert shown(StatusText, status(SNAPSHOT, running, LAST, lease, AT)) == (
        "shop in here (type local): deployment 3 failed, 4 resources.\n"
        "Paused: `bakehouse env resume here` starts it again.\n"
        "Expires 2026-02-01T00:00:00Z.\n"
        "Held by ann on oven (process 42, bakehouse apply) since 2026-01-01T00:00:00Z, until 2026-01-01T00:00:30Z.\n"
        "dns#web.dns  http://shop.localhost:8080\n"
        "\n"
        "  dns#web.dns      ready\n"
        "  postgres#web.db  tainted\n"
        "  proxy#local      running\n"
        "  workload#web     paused\n"
    )


def test_status_says_why_something_does_not_run_where_nobody_paused_it() -> None:
    awake = Snapshot(replace(HERE, paused=False), {r.address: r for r in RECORDS[-1:]})
    stopped = {Address.parse("workload#web"): (False, "main has ended with 1")}
    assert shown(StatusText, status(awake, stopped, LAST, None, AT)).endswith(
        "\n  workload#web  not running  main has ended with 1\n"
    )


def test_status_of_what_was_never_deployed_is_one_line() -> None:
    fresh = Snapshot(EnvironmentRecord("uid", "shop", "here", "local", AT), {})
    assert (
        shown(StatusText, status(fresh, {}, None, None, AT)) == "shop in here (type local): never deployed.\n"
    )


def test_outputs_show_urls_first_and_no_secret() -> None:
    assert shown(OutputsText, outputs(SNAPSHOT)) == (
        "dns#web.dns  http://shop.localhost:8080\n"
        "\n"
        "dns#web.dns\n"
        '  url   "http://shop.localhost:8080"\n'
        '  host  "shop.localhost"\n'
        "\n"
        "postgres#web.db\n"
        "  password  ***\n"
        "\n"
        "2 resources; secrets are shown as ***.\n"
    )


def test_history_lists_deployments_with_how_they_ended() -> None:
    assert shown(HistoryText, history(HERE, (LAST,))) == (
        "N  WHAT   RESULT  STARTED               TOOK        BY  STEPS\n"
        "3  apply  failed  2026-01-01T00:00:00Z  1 min 15 s  me  4 done, 1 failed\n"
    )


def test_environments_are_a_table() -> None:
    assert shown(EnvironmentsText, environments("shop", [(HERE, LAST)], AT)) == (
        "NAME  TYPE   LAST DEPLOYMENT  NOTE\n"
        "here  local  3 failed         paused, expires 2026-02-01T00:00:00Z\n"
    )


def test_an_environment_says_that_it_is_expired_and_rolled_back() -> None:
    back = replace(HERE, paused=False, rolled_back=RolledBack(2, (3,)))
    later = "2026-02-01T00:00:00.001Z"
    assert shown(EnvironmentsText, environments("shop", [(back, LAST)], later)) == (
        "NAME  TYPE   LAST DEPLOYMENT  NOTE\n"
        "here  local  3 failed         expired since 2026-02-01T00:00:00Z, rolled back to 2\n"
    )
    snapshot = Snapshot(back, {})
    assert shown(StatusText, status(snapshot, {}, LAST, None, later)) == (
        "shop in here (type local): deployment 3 failed, 0 resources.\n"
        "Expired since 2026-02-01T00:00:00Z: `bakehouse env delete --expired` deletes it.\n"
        "Rolled back to deployment 2.\n"
    )
