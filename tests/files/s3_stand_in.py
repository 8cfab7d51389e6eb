"""An S3 API as the real ones are: one bucket in memory, and a signature (version 4) that is checked to the letter."""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit

ACCESS_KEY, SECRET_KEY, REGION, BUCKET = "files-of-a-test", "a-secret-of-a-test", "ap-south-1", "papers"
CREDENTIAL: Final = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w{64})"
)
MOST_SKEW: Final = timedelta(minutes=15)
STAMP: Final = "%Y%m%dT%H%M%SZ"


def signature(secret: str, region: str, method: str, target: str, headers: Mapping[str, str], signed: str) -> str:
    """As the documentation reckons it; ``headers`` by lower-case name, ``signed`` as the caller lists them."""
    at, parts = urlsplit(target), signed.split(";")
    query = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in sorted(_pairs(at.query)))
    listed = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in parts)
    asked = f"{method}\n{at.path}\n{query}\n{listed}\n{signed}\n{headers['x-amz-content-sha256']}"
    stamp = headers["x-amz-date"]
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)


class Bucket(ThreadingHTTPServer):
    """What is kept, and what was refused."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.objects: dict[str, bytes] = {}
        self.refused: list[str] = []
        self.is_away = False

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        key = self._key(body)
        if key is not None:
            self.server.objects[key] = body
            self._say(200, b"", ETag=f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"')

    def do_GET(self) -> None:
        key = self._key(b"")
        if key is not None and key in self.server.objects:
            self._say(200, self.server.objects[key])
        elif key is not None:
            self._fail(404, "NoSuchKey")

    def do_DELETE(self) -> None:
        key = self._key(b"")
        if key is not None:
            self.server.objects.pop(key, None)
            self._say(204, b"")

    def _key(self, body: bytes) -> str | None:
        """Which object is meant, when the request is who it says it is from."""
        why = "ServiceUnavailable" if self.server.is_away else self._wrong(body)
        if why:
            self.server.refused.append(why)
            self._fail(503 if self.server.is_away else 403, why)
            return None
        bucket, _, key = urlsplit(self.path).path.removeprefix("/").partition("/")
        if bucket != BUCKET or not key:
            self._fail(404, "NoSuchBucket")
            return None
        return key

    def _wrong(self, body: bytes) -> str:
        told = {name.lower(): value for name, value in self.headers.items()}
        found = CREDENTIAL.fullmatch(told.get("authorization", ""))
        if found is None:
            return "AccessDenied"
        access, day, region, signed, given = found.groups()
        if access != ACCESS_KEY or region != REGION or not {"host", "x-amz-date"} <= set(signed.split(";")):
            return "InvalidAccessKeyId"
        sent = datetime.strptime(told["x-amz-date"], STAMP).replace(tzinfo=UTC)
        if abs(datetime.now(UTC) - sent) > MOST_SKEW or not told["x-amz-date"].startswith(day):
            return "RequestTimeTooSkewed"
        if told["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return "XAmzContentSHA256Mismatch"
        right = signature(SECRET_KEY, REGION, self.command, self.path, told, signed)
        return "" if hmac.compare_digest(right, given) else "SignatureDoesNotMatch"

    def _fail(self, status: int, code: str) -> None:
        told = f"<Error><Code>{code}</Code><Message>{code}</Message><RequestId>1</RequestId><HostId>1</HostId></Error>"
        self._say(status, told.encode(), **{"Content-Type": "application/xml"})

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (as the base names it)
        """Say nothing."""


@contextmanager
def s3_stand_in() -> Iterator[Bucket]:
    """One that runs on a free port."""
    bucket = Bucket()
    thread = threading.Thread(target=bucket.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield bucket
    finally:
        bucket.shutdown()
        thread.join()
        bucket.server_close()
