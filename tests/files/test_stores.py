"""Does a folder keep files as an S3 API does? One suite for both."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from application.files import FileStore, FileStoreAway
from infra.files.folder import FolderStore
from infra.files.place import file_store
from infra.settings import Settings, SettingsError
from tests.files.s3_stand_in import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, Bucket, s3_stand_in, signature

pytestmark = pytest.mark.anyio
NAME, OTHER = "ab/" + "ab" * 16, "cd/" + "cd" * 16


@dataclass
class Kept:
    """A store, and what lies where it keeps things."""

    store: FileStore
    bucket: Bucket | None = None
    folder: Path | None = field(default=None)

    def names(self) -> set[str]:
        if self.bucket is not None:
            return {name.removeprefix("papers/") for name in self.bucket.objects}
        assert self.folder is not None
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file()}


def on(bucket: Bucket, **other: object) -> Settings:
    told: dict[str, object] = {
        "file_store": "s3",
        "file_s3_url": bucket.url,
        "file_s3_bucket": BUCKET,
        "file_s3_prefix": "papers/",
        "file_s3_region": REGION,
        "file_s3_access_key": ACCESS_KEY,
        "file_s3_secret_key": SecretStr(SECRET_KEY),
        "file_s3_timeout_s": 5.0,
        **other,
    }
    return Settings().model_copy(update=told)


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with s3_stand_in() as made:
        yield made


@pytest.fixture(params=["folder", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "folder":
        folder = tmp_path / "deep" / "files"
        yield Kept(FolderStore(folder), folder=folder)
    else:
        with s3_stand_in() as made:
            yield Kept(file_store(on(made)), bucket=made)


async def test_what_is_put_is_got_until_it_is_removed(kept: Kept) -> None:
    assert await kept.store.get(NAME) is None
    content = bytes(range(256)) * 400
    await kept.store.put(NAME, content)
    await kept.store.put(OTHER, b"other")
    assert (await kept.store.get(NAME), await kept.store.get(OTHER)) == (content, b"other")
    assert kept.names() == {NAME, OTHER}
    await kept.store.remove(NAME)
    await kept.store.remove(NAME)
    assert await kept.store.get(NAME) is None
    assert kept.names() == {OTHER}


async def test_the_same_name_again_takes_the_place_of_what_was_there(kept: Kept) -> None:
    await kept.store.put(NAME, b"first")
    await kept.store.put(NAME, b"second, and longer")
    assert await kept.store.get(NAME) == b"second, and longer"
    assert kept.names() == {NAME}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "ab/../cd", "ab/" + "a" * 31, "", "ab/x.jpg\0"])
async def test_no_name_but_ours_gets_into_a_path(kept: Kept, name: str) -> None:
    for act in (kept.store.get, kept.store.remove):
        with pytest.raises(ValueError, match="made by us"):
            await act(name)
    with pytest.raises(ValueError, match="made by us"):
        await kept.store.put(name, b"")
    assert kept.names() == set()


async def test_nobody_else_on_the_machine_reads_a_folder_of_ours(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "files")
    await store.put(NAME, b"x")
    path = tmp_path / "files" / NAME
    assert [stat.S_IMODE(each.stat().st_mode) for each in (path.parent.parent, path.parent, path)] == [
        *(0o700, 0o700),
        0o600,
    ]


async def test_a_folder_that_is_no_folder_is_away(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file")
    with pytest.raises(FileStoreAway):
        await FolderStore(tmp_path / "files").put(NAME, b"x")


async def test_a_wrong_secret_opens_no_bucket(bucket: Bucket) -> None:
    store = file_store(on(bucket, file_s3_secret_key=SecretStr("another")))
    with pytest.raises(FileStoreAway):
        await store.put(NAME, b"x")
    with pytest.raises(FileStoreAway):
        await store.get(NAME)
    assert set(bucket.refused) == {"SignatureDoesNotMatch"}
    assert not bucket.objects


async def test_a_bucket_that_does_not_answer_is_away(bucket: Bucket) -> None:
    store = file_store(on(bucket))
    bucket.is_away = True
    with pytest.raises(FileStoreAway):
        await store.get(NAME)
    bucket.is_away = False
    assert await store.get(NAME) is None


def test_the_stand_in_reckons_signatures_as_the_documentation_does() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    headers = {
        "host": "examplebucket.s3.amazonaws.com",
        "range": "bytes=0-9",
        "x-amz-content-sha256": empty,
        "x-amz-date": "20130524T000000Z",
    }
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    told = signature(secret, "us-east-1", "GET", "/test.txt", headers, ";".join(headers))
    assert told == "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"


def test_a_bucket_has_to_be_named_and_reached_safely() -> None:
    with pytest.raises(SettingsError, match="VEHICAID_FILE_S3_URL, VEHICAID_FILE_S3_BUCKET"):
        file_store(Settings(file_store="s3"))
    with pytest.raises(ValidationError, match="https"):
        Settings(file_s3_url="http://files.example.org")
