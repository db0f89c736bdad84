"""Which build counts, and when it goes before a deployment. Pure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bakehouse.plans.operations.images import last_images
from bakehouse.plans.state.builds import BuildRecord, newest
from bakehouse.plans.state.records import DeploymentRecord, DeploymentStatus

BUILD = BuildRecord(1, "shop", "web", "web@sha256:a", "refs/heads/main", "2026-01-02T00:00:00.000Z", "ci")
KEY = "web/main"


def build(id_: int, **more: object) -> BuildRecord:
    return replace(BUILD, id=id_, image=f"web@sha256:{id_}", **more)


def deployment(
    number: int, image: str | None, planned: str, started: str = "2026-01-09T00:00:00.000Z"
) -> DeploymentRecord:
    images = {KEY: image} if image else {}
    return DeploymentRecord(
        number, "apply", DeploymentStatus.SUCCEEDED, "d", started, "dev", images=images, planned=planned
    )


def test_without_an_age_the_last_to_arrive_counts() -> None:
    assert newest([build(2), build(3), build(1)]) == build(3)
    assert newest([]) is None


def test_an_older_number_replaces_no_newer_one() -> None:
    assert newest([build(1, number=8), build(2, number=7)]) == build(1, number=8)


def test_the_number_goes_before_the_time() -> None:
    late, early = "2026-02-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"
    assert newest([build(1, number=2, built=early), build(2, number=1, built=late)]) == build(
        1, number=2, built=early
    )
    assert newest([build(1, built=late), build(2, built=early, number=9)]) == build(1, built=late)


def test_a_build_without_an_age_counts_by_its_arrival_and_lets_no_older_one_through() -> None:
    builds = [build(1, number=8), build(2), build(3, number=7)]
    assert newest(builds) == build(2)
    assert newest([builds[0], builds[2]]) == builds[0]


AGES = st.lists(st.integers(0, 5), min_size=1, max_size=8)


@given(AGES, st.randoms())
def test_of_numbered_builds_the_highest_counts_in_whatever_order_they_are_given(
    numbers: list[int], random: object
) -> None:
    builds = [build(i, number=n) for i, n in enumerate(numbers, 1)]
    shuffled = sorted(builds, key=lambda b: hash((b.id, str(random))))
    found = newest(shuffled)
    assert found is not None
    assert (found.number, found.id) == max((b.number, b.id) for b in builds)


@given(
    st.lists(
        st.tuples(st.none() | st.integers(0, 3), st.none() | st.sampled_from("abc")), min_size=1, max_size=8
    )
)
def test_some_build_always_counts(ages: list[tuple[int | None, str | None]]) -> None:
    """Also where numbers, times and arrivals contradict each other in a circle."""
    builds = [build(i, number=n, built=t) for i, (n, t) in enumerate(ages, 1)]
    assert newest(builds) in builds


@pytest.mark.parametrize(
    ("planned", "source"),
    [
        ("2026-01-01T00:00:00.000Z", "build 5 of refs/heads/main"),
        ("2026-01-03T00:00:00.000Z", "deployment 2"),
    ],
)
def test_a_build_counts_where_it_arrived_after_the_last_plan_was_made(planned: str, source: str) -> None:
    """However late that plan was applied: it knew nothing of the build."""
    found = last_images([KEY], [deployment(2, "old", planned)], [build(5)])
    assert found[KEY].source == source


def test_a_destroy_takes_no_image_away() -> None:
    deployments = [deployment(2, None, "2026-01-05"), deployment(1, "old", "2026-01-04")]
    assert last_images([KEY], deployments, [])[KEY].image == "old"
    assert last_images([KEY], [], []) == {}


def test_a_build_for_one_container_is_none_for_another() -> None:
    builds = [build(1), build(2, container="main")]
    found = last_images([KEY, "web/other", "worker/main"], [], builds)
    assert {key: r.image for key, r in found.items()} == {KEY: "web@sha256:2", "web/other": "web@sha256:1"}


@pytest.mark.parametrize(
    ("more", "repeats"),
    [
        ({}, True),
        ({"number": 7}, True),
        ({"number": 8}, False),
        ({"ref": "refs/tags/v1"}, False),
        ({"workload": "worker"}, False),
        ({"application": "blog"}, False),
        ({"container": "main"}, False),
        ({"image": "mirror/web@sha256:a"}, True),
        ({"image": "web@sha256:b"}, False),
        ({"commit": "other"}, True),
    ],
)
def test_the_same_digest_is_told_twice(more: dict[str, object], repeats: bool) -> None:
    first = replace(BUILD, number=7)
    assert replace(BUILD, id=2, **more).repeats(first) is repeats
