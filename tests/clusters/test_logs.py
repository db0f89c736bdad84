"""What containers in a cluster print, by the log of a kubelet, which is that of kwok here."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bakehouse.drivers.builtin.kubernetes import Kubernetes, KubernetesConnection
from bakehouse.drivers.conformance import Bench, Held
from bakehouse.drivers.context import Context
from bakehouse.drivers.sdk import Cancellation, NotFound, PermanentFault
from clusters_world import Manifest, World, deployment
from parts.kwok import TALKS, Image, talk

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(tmp_path: Path, connection: KubernetesConnection) -> Iterator[Bench]:
    with Bench(Kubernetes(), tmp_path, connection, seconds=25.0) as bench:
        yield bench


@pytest.fixture
def log(world: World) -> Iterator[Path]:
    path = talk(world.plane)
    path.write_text("2026-01-01T00:00:01.5Z stdout F first\n2026-01-01T00:00:02Z stderr F second\n")
    yield path
    path.write_text("")


def talking(replicas: int) -> Manifest:
    made = deployment(replicas=replicas)
    made["spec"]["template"]["spec"]["containers"][0]["name"] = TALKS
    return made


def about(bench: Bench, held: Held, cancelled: Cancellation | None = None) -> Context:
    return bench.context(prior=held.prior(), cancelled=cancelled)


def say(log: Path, line: str) -> None:
    with log.open("a") as file:
        file.write(f"{line}\n")


def test_the_last_lines_of_every_replica_are_told_by_their_times(
    world: World, bench: Bench, namespace: str, log: Path
) -> None:
    held = bench.create({"manifests": [talking(2)], "namespace": namespace})
    pods = sorted(i["metadata"]["name"] for i in world.items(f"/api/v1/namespaces/{namespace}/pods"))
    told = list(Kubernetes().logs(about(bench, held)))
    sources = [f"{pod}/{TALKS}" for pod in pods]
    assert told == [(s, line) for line in ("first", "second") for s in sources]
    assert list(Kubernetes().logs(about(bench, held), lines=1)) == [(s, "second") for s in sources]
    bench.delete(held)
    with pytest.raises(NotFound, match=r"^none of its objects is there any more"):
        list(Kubernetes().logs(about(bench, held)))


def test_lines_are_followed_as_they_come_also_those_of_pods_that_come_later(
    world: World, bench: Bench, namespace: str, log: Path
) -> None:
    held = bench.create({"manifests": [talking(1)], "namespace": namespace})
    over, inbox = Cancellation(), queue.SimpleQueue[tuple[str, str] | Exception]()

    def listen() -> None:
        try:
            for told in Kubernetes().logs(about(bench, held, over), follow=True, lines=1):
                inbox.put(told)
        except Exception as error:
            inbox.put(error)

    def hear(line: str) -> str:
        """The source of the next line, which is this one."""
        told = inbox.get(timeout=60)
        assert isinstance(told, tuple), told
        assert told[1] == line
        return told[0]

    listening = threading.Thread(target=listen)
    listening.start()
    early = hear("second")
    world.change(f"/apis/apps/v1/namespaces/{namespace}/deployments/web", {"spec": {"replicas": 2}})
    late = hear("first")
    assert hear("second") == late != early
    say(log, "2026-01-01T00:00:03Z stdout F third")
    assert {hear("third"), hear("third")} == {early, late}
    over.set()
    listening.join(20)
    assert not listening.is_alive()
    bench.delete(held)


def test_containers_that_have_not_begun_are_told(bench: Bench, namespace: str) -> None:
    inputs = {"manifests": [deployment(image=Image.NOT_FOUND)], "namespace": namespace}
    with pytest.raises(PermanentFault, match=r"^not-ready: ") as caught:
        bench.create(inputs)
    assert caught.value.partial is not None
    held = Held(inputs, {}, caught.value.partial.private, bench.uid)
    with pytest.raises(
        PermanentFault, match=r"^nothing was printed yet: web-.*/main: ImagePullBackOff: Back-off"
    ):
        list(Kubernetes().logs(about(bench, held)))
    bench.delete(held)
