"""The driver `s3` keeps every promise over a real store, and takes nothing over that is not its own."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, SSLError
from msgspec.structs import replace
from pydantic import SecretStr, ValidationError

from bakehouse.drivers.builtin.s3 import S3, S3Connection, S3Inputs
from bakehouse.drivers.builtin.s3 import bucket as bucket_under_test
from bakehouse.drivers.builtin.s3 import user as user_under_test
from bakehouse.drivers.builtin.s3.faults import answered, unanswered
from bakehouse.drivers.builtin.s3.marking import mark
from bakehouse.drivers.conformance import Bench, DriverConformance, Held, Vault
from bakehouse.drivers.conformance.hooks import Failing, InTheWorld
from bakehouse.drivers.sdk import Conflict, NotFound, PermanentFault, TransientFault
from bakehouse.graph.identity import create_token
from bakehouse.graph.values import Secret, Value
from client_libraries import assert_it_says_how_to_get
from parts.running import free_port
from parts.s3 import Store, s3

pytestmark = pytest.mark.slow

OTHER = "6f1cb7c1-0b8e-4f5e-9d9e-0d4f6f9b2f11"


@pytest.fixture(scope="module")
def store() -> Iterator[Store]:
    with s3() as running:
        yield running


@pytest.fixture(autouse=True)
def _clean(store: Store) -> Iterator[None]:
    yield
    buckets, users = store.buckets(), store.users()
    for bucket in (one["Name"] for one in buckets.list_buckets()["Buckets"]):
        said = buckets.list_object_versions(Bucket=bucket)
        for one in (*said.get("Versions", ()), *said.get("DeleteMarkers", ())):
            buckets.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
        buckets.delete_bucket(Bucket=bucket)
    for user in (one["UserName"] for one in users.list_users()["Users"]):
        for key in users.list_access_keys(UserName=user)["AccessKeyMetadata"]:
            users.delete_access_key(UserName=user, AccessKeyId=key["AccessKeyId"])
        for policy in users.list_user_policies(UserName=user)["PolicyNames"]:
            users.delete_user_policy(UserName=user, PolicyName=policy)
        users.delete_user(UserName=user)


def given(store: Store, vault: Vault, **more: Value) -> dict[str, Value]:
    login = {"access_key_id": store.access_key_id, "secret_key": vault.put("admin", store.secret_key)}
    return {"server": {"endpoint": store.endpoint, "iam": store.iam, **login}, "bucket": "orders", **more}


def enter(store: Store, bench: Bench, held: Held) -> Any:
    secret = held.outputs["aws_secret_key"]
    assert isinstance(secret, Secret)
    assert held.outputs["access_key_id"] == held.outputs["aws_access_key_id"]
    return store.buckets(str(held.outputs["access_key_id"]), bench.vault.reveal(secret))


class TestS3(DriverConformance):
    @pytest.fixture
    def driver(self) -> S3:
        return S3()

    @pytest.fixture
    def inputs(self, vault: Vault, store: Store) -> Mapping[str, Value]:
        return given(store, vault)

    @pytest.fixture
    def changed_inputs(self, inputs: Mapping[str, Value]) -> Mapping[str, Value]:
        return {**inputs, "versioning": True, "empty_first": True}

    @pytest.fixture
    def break_it(self, store: Store) -> InTheWorld:
        def widen(bench: Bench, held: Held) -> None:
            statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            store.users().put_user_policy(UserName="orders", PolicyName="bakehouse", PolicyDocument=document)

        return widen

    @pytest.fixture
    def remove_it(self, store: Store) -> InTheWorld:
        def drop(bench: Bench, held: Held) -> None:
            users = store.users()
            store.buckets().delete_bucket(Bucket="orders")
            users.delete_access_key(UserName="orders", AccessKeyId=str(held.outputs["access_key_id"]))
            users.delete_user_policy(UserName="orders", PolicyName="bakehouse")
            users.delete_user(UserName="orders")

        return drop

    @pytest.fixture
    def count(self, store: Store) -> Callable[[Bench], int]:
        def objects(bench: Bench) -> int:
            users = len(store.users().list_users()["Users"])
            assert len(store.buckets().list_buckets()["Buckets"]) == users
            return users

        return objects

    @pytest.fixture
    def failing(self, store: Store, inputs: Mapping[str, Value], vault: Vault) -> tuple[Failing, ...]:
        place = dict(inputs["server"])
        nowhere = f"http://127.0.0.1:{free_port()}"
        wrong = vault.put("wrong", "not the key")
        return (
            Failing(TransientFault, {**inputs, "server": {**place, "endpoint": nowhere}}),
            Failing(TransientFault, {**inputs, "server": {**place, "iam": nowhere}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "secret_key": wrong}}),
            Failing(PermanentFault, {**inputs, "server": {**place, "access_key_id": "nobody"}}),
            Failing(PermanentFault, {"bucket": "orders"}),
            Failing(PermanentFault, {**inputs, "bucket": "Orders"}),
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(S3(), tmp_path) as bench:
        yield bench


def test_the_key_reaches_the_objects_of_its_bucket_and_nothing_else(bench: Bench, store: Store) -> None:
    store.buckets().create_bucket(Bucket="others")
    store.buckets().put_object(Bucket="others", Key="a", Body=b"theirs")
    client = enter(store, bench, bench.create(given(store, bench.vault)))
    client.put_object(Bucket="orders", Key="a/b", Body=b"bread")
    assert client.get_object(Bucket="orders", Key="a/b")["Body"].read() == b"bread"
    assert client.list_objects_v2(Bucket="orders")["KeyCount"] == 1
    for refused in (
        lambda: client.get_object(Bucket="others", Key="a"),
        lambda: client.put_object(Bucket="others", Key="b", Body=b""),
        lambda: client.list_objects_v2(Bucket="others"),
        lambda: client.list_buckets(),
        lambda: client.create_bucket(Bucket="more"),
        lambda: client.delete_bucket(Bucket="orders"),
        lambda: client.put_bucket_tagging(Bucket="orders", Tagging={"TagSet": []}),
        lambda: client.put_bucket_policy(Bucket="orders", Policy="{}"),
        lambda: client.put_bucket_acl(Bucket="orders", ACL="public-read"),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            refused()
    assert {path.name for path in store.data.iterdir() if path.name[0] != "."} == {"orders", "others"}


def test_a_bucket_of_somebody_else_is_never_taken_over(bench: Bench, store: Store) -> None:
    store.buckets().create_bucket(Bucket="orders")
    with pytest.raises(Conflict, match="the bucket orders exists"):
        bench.create(given(store, bench.vault))
    bench.delete(Held(given(store, bench.vault, empty_first=True), {}, {}, bench.uid))
    assert store.buckets().head_bucket(Bucket="orders")
    assert store.users().list_users()["Users"] == []


def test_a_user_of_somebody_else_is_never_taken_over(bench: Bench, store: Store) -> None:
    store.users().create_user(UserName="orders", Tags=[{"Key": "bakehouse", "Value": "theirs"}])
    with pytest.raises(Conflict, match="the user orders exists") as caught:
        bench.create(given(store, bench.vault))
    assert caught.value.owner == "theirs"
    assert store.buckets().list_buckets()["Buckets"] == []
    bench.delete(Held(given(store, bench.vault), {}, {}, bench.uid))
    assert store.users().get_user(UserName="orders")


def test_what_two_resources_make_at_the_same_moment_is_the_first_ones(
    bench: Bench, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is let in between the look and the making, which no clock could be told to do."""
    first = bench.create(given(store, bench.vault))
    second = replace(bench, uid=OTHER)
    for module, nothing in (
        (bucket_under_test, lambda opened, name, token: bucket_under_test.Bucket(name, token, None, "")),
        (user_under_test, lambda opened, name, token: user_under_test.User(name, token, None, None, (), ())),
    ):
        look, answers = module.look, [nothing]

        def late(*asked: Any, look: Any = look, answers: Any = answers) -> Any:
            return answers.pop()(*asked) if answers else look(*asked)

        with monkeypatch.context() as patched:
            patched.setattr(module, "look", late)
            bucket = "orders" if module is bucket_under_test else "orders-2"
            with pytest.raises(Conflict, match="exists and was not made for this resource"):
                second.create(given(store, bench.vault, bucket=bucket, username="orders"))
    assert bench.read(first).outputs["condition"] == "complete"


def test_a_store_that_takes_no_tags_when_it_makes_a_bucket_is_given_them_afterwards(
    bench: Bench, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such a store cannot be had here, so the request leaves without them."""
    made: list[str] = []
    real = bucket_under_test._made

    def untagged(opened: Any, bucket: Any, region: str) -> Any:
        create = opened.buckets.create_bucket

        def plain(**asked: Any) -> Any:
            made.append(asked["Bucket"])
            return create(Bucket=asked["Bucket"])

        monkeypatch.setattr(opened.buckets, "create_bucket", plain)
        return real(opened, bucket, region)

    monkeypatch.setattr(bucket_under_test, "_made", untagged)
    held = bench.create(given(store, bench.vault))
    assert made == ["orders"]
    assert bench.read(held).outputs["condition"] == "complete"


def test_a_full_bucket_is_not_deleted_unless_the_definition_says_so(bench: Bench, store: Store) -> None:
    inputs = given(store, bench.vault, versioning=True)
    held = bench.create(inputs)
    client = enter(store, bench, held)
    for key in ("a", "b/c"):
        for body in (b"1", b"2"):
            client.put_object(Bucket="orders", Key=key, Body=body)
    client.delete_object(Bucket="orders", Key="a")
    client.create_multipart_upload(Bucket="orders", Key="half")
    with pytest.raises(PermanentFault, match="the bucket orders is not empty") as caught:
        bench.delete(held)
    assert "empty_first: true" in str(caught.value.hint)
    assert client.get_object(Bucket="orders", Key="b/c")["Body"].read() == b"2"
    bench.delete(bench.update(held, {**inputs, "empty_first": True}))
    assert store.buckets().list_buckets()["Buckets"] == []
    with pytest.raises(NotFound):
        bench.read(held)


def test_a_rotation_replaces_the_key(bench: Bench, store: Store) -> None:
    held = bench.create(given(store, bench.vault))
    after = bench.rotate(held, "secret_key")
    changed = {name for name in after.outputs if after.outputs[name] != held.outputs[name]}
    assert changed == {"access_key_id", "secret_key", "aws_access_key_id", "aws_secret_key"}
    assert enter(store, bench, after).list_objects_v2(Bucket="orders")["KeyCount"] == 0
    with pytest.raises(ClientError, match="InvalidAccessKeyId"):
        enter(store, bench, held).list_objects_v2(Bucket="orders")
    with pytest.raises(PermanentFault, match="only the outputs"):
        bench.rotate(after, "endpoint")


def _suspend(store: Store, held: Held) -> None:
    store.buckets().put_bucket_versioning(Bucket="orders", VersioningConfiguration={"Status": "Suspended"})


def _untag(store: Store, held: Held) -> None:
    store.buckets().delete_bucket(Bucket="orders")


def _more_keys(store: Store, held: Held) -> None:
    store.users().create_access_key(UserName="orders")


def _no_key(store: Store, held: Held) -> None:
    store.users().delete_access_key(UserName="orders", AccessKeyId=str(held.outputs["access_key_id"]))


def _more_rights(store: Store, held: Held) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    store.users().put_user_policy(UserName="orders", PolicyName="more", PolicyDocument=document)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_suspend, "versioning of the bucket orders is Suspended"),
        (_untag, "the bucket orders is missing"),
        (_more_keys, "the user orders has other keys, too"),
        (_no_key, "the user orders has lost its key"),
        (_more_rights, "the policies of the user orders were changed"),
    ],
)
def test_what_is_amiss_is_said_and_mended(
    bench: Bench, store: Store, change: Callable[[Store, Held], None], said: str
) -> None:
    held = bench.create(given(store, bench.vault, versioning=True))
    change(store, held)
    assert bench.read(held).outputs["condition"] == said
    held = bench.update(held, held.inputs)
    assert bench.read(held).outputs["condition"] == "complete"
    assert enter(store, bench, held).list_objects_v2(Bucket="orders")["KeyCount"] == 0


def test_without_an_api_for_users_workloads_get_the_key_that_the_connection_names(
    bench: Bench, store: Store
) -> None:
    keys = {"access_key_id": store.access_key_id, "secret_key": SecretStr(store.secret_key)}
    bench.connection = S3Connection(endpoint=store.endpoint, **keys, workloads={**keys})  # type: ignore[arg-type]
    bench.vault.put("admin", store.secret_key)
    held = bench.create({"bucket": "orders"})
    enter(store, bench, held).put_object(Bucket="orders", Key="a", Body=b"1")
    assert bench.update(held, held.inputs).outputs == held.outputs
    assert bench.read(held).outputs == held.outputs
    with pytest.raises(PermanentFault, match="that of its connection"):
        bench.rotate(held)
    bench.delete(replace(held, inputs={**held.inputs, "empty_first": True}))
    assert bench.find(held.inputs) is None


def test_the_marks_tell_nobody_the_token(bench: Bench, store: Store) -> None:
    bench.create(given(store, bench.vault, username="app"))
    tags = store.buckets().get_bucket_tagging(Bucket="orders")["TagSet"]
    assert tags == [{"Key": "bakehouse", "Value": mark(create_token(bench.uid, 1))}]
    assert store.users().list_user_tags(UserName="app")["Tags"] == tags


def test_another_store_is_planned_as_a_replacement(bench: Bench, store: Store) -> None:
    held = bench.create(given(store, bench.vault))
    place = dict(held.inputs["server"])
    elsewhere = bench.plan({**held.inputs, "server": {**place, "endpoint": "https://store.internal"}}, held)
    assert elsewhere is not None
    assert (elsewhere.action, elsewhere.replace_paths) == ("replace", ("server.endpoint",))


@pytest.mark.parametrize("bucket", ["", "ab", "Orders", "a_b", "-ab", "a/b", "..", "a.b", "x" * 64, "abc\n"])
def test_a_name_that_no_bucket_can_have_is_refused_before(bucket: str) -> None:
    with pytest.raises(ValidationError, match="bucket"):
        S3Inputs(bucket=bucket)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"iam": "http://127.0.0.1:1", "workloads": {"access_key_id": "a", "secret_key": "b"}},
        {"iam": "http://store.internal"},
        {"workloads": {"access_key_id": "a", "secret_key": "b"}, "endpoint": "https://u:p@store.internal"},
        {"workloads": {"access_key_id": "a", "secret_key": "b"}, "endpoint": "s3://orders"},
    ],
)
def test_a_connection_that_leaves_keys_open_or_tells_them_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        S3Connection.model_validate(
            {"endpoint": "https://store.internal", "access_key_id": "a", "secret_key": "b", **more}
        )


def test_without_the_client_library_it_says_how_to_get_it(bench: Bench) -> None:
    login = {"access_key_id": "a", "secret_key": bench.vault.put("a", "b")}
    place = {"endpoint": "http://127.0.0.1:1", "iam": "http://127.0.0.1:1", **login}
    assert_it_says_how_to_get("botocore.session", "s3", bench, {"server": place, "bucket": "orders"})


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("SlowDown", 503, TransientFault),
        ("", 502, TransientFault),
        ("OperationAborted", 409, TransientFault),
        ("RequestTimeTooSkewed", 403, PermanentFault),
        ("TooManyBuckets", 400, PermanentFault),
    ],
)
def test_each_answer_of_a_store_has_its_fault(code: str, status: int, kind: type[Exception]) -> None:
    said: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert type(answered(ClientError(said, "CreateBucket"), "the store")) is kind


def test_a_certificate_that_nobody_trusts_is_no_passing_fault() -> None:
    error = SSLError(endpoint_url="https://store.internal", error="self-signed certificate")
    assert type(unanswered(error, "the store")) is PermanentFault
