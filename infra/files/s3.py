"""How are files kept behind any S3 API?"""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from application.files import FileStoreAway
from infra.files.folder import checked_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.settings import Settings

T = TypeVar("T")

# No file is larger than this, so each is sent in one piece, which is there whole or not at all.
ONE_PIECE: Final = 64 * 1024 * 1024
# Calls at a time; a process stores a few files a second at most.
CONNECTIONS: Final = 8
# Once more after a broken connection: everything asked here may be repeated.
TRIES: Final = 2
NOT_THERE: Final = frozenset({"NoSuchKey", "NoSuchObject"})


class S3Store:
    """Objects in one bucket, under a prefix. See FileStore."""

    def __init__(self, client: Minio, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    @classmethod
    def of(cls, settings: Settings) -> S3Store:
        """As the settings name it."""
        url, secret = urlsplit(settings.file_s3_url), settings.file_s3_secret_key
        pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=settings.file_s3_timeout_s, read=settings.file_s3_timeout_s),
            maxsize=CONNECTIONS,
            retries=urllib3.Retry(total=TRIES - 1, backoff_factor=0.1, status_forcelist=[500, 502, 503, 504]),
            cert_reqs="CERT_REQUIRED",
        )
        client = Minio(
            endpoint=url.netloc,
            access_key=settings.file_s3_access_key,
            secret_key=secret.get_secret_value() if secret else "",
            secure=url.scheme == "https",
            # Told, not asked for: the key need not be allowed to ask.
            region=settings.file_s3_region,
            http_client=pool,
        )
        return cls(client, settings.file_s3_bucket, settings.file_s3_prefix)

    async def put(self, name: str, content: bytes) -> None:
        """See FileStore."""
        key = self._key(name)
        await self._do(
            lambda: self._client.put_object(
                bucket_name=self._bucket,
                object_name=key,
                data=BytesIO(content),
                length=len(content),
                part_size=ONE_PIECE,
            )
        )

    async def get(self, name: str) -> bytes | None:
        """See FileStore."""
        key = self._key(name)
        return await self._do(lambda: self._read(key))

    async def remove(self, name: str) -> None:
        """See FileStore."""
        key = self._key(name)
        await self._do(lambda: self._client.remove_object(bucket_name=self._bucket, object_name=key))

    def _key(self, name: str) -> str:
        return f"{self._prefix}{checked_name(name)}"

    def _read(self, key: str) -> bytes | None:
        try:
            answer = self._client.get_object(bucket_name=self._bucket, object_name=key)
        except S3Error as error:
            if error.code in NOT_THERE:
                return None
            raise
        try:
            return answer.read()
        finally:
            answer.close()
            answer.release_conn()

    @staticmethod
    async def _do(what: Callable[[], T]) -> T:
        """The library blocks: it has a thread for as long as it takes."""
        try:
            return await asyncio.to_thread(what)
        except (MinioException, urllib3.exceptions.HTTPError, OSError) as error:
            raise FileStoreAway(type(error).__name__) from error
