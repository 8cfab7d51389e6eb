"""What does an auditor take away of both logs: the rows of a time, and a signed statement of what they are?"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, TYPE_CHECKING, Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from infra.audit.root import NothingSealed, current_root, instant_text
from infra.audit.sealed_log import EVENTS, SECURITY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    import psycopg

    from infra.audit.sealed_log import SealedLog
    from infra.identity.key_ring import SigningKey

FORMAT: Final = "vehicaid-bundle-1"


class TooLong(Exception):
    """That time has more rows than one bundle may have: ask for a shorter one."""


MANIFEST: Final = "manifest.json"
# 2,000 rows at a time from the server: a few megabytes in memory, however long the time is.
AT_ONCE: Final = 2_000
# Every archive of the same rows has the same bytes.
NO_TIME: Final = (1980, 1, 1, 0, 0, 0)

# What a person can read, as JSON that PostgreSQL writes: instants in UTC, bytes in hexadecimal.
_OF_EVENTS: Final = (
    "SELECT json_build_object('position', position, 'tenant', tenant, 'stream_id', stream_id, 'version', version,"
    " 'topic', topic, 'payload', convert_from(payload, 'UTF8'), 'command_id', command_id, 'correlation_id',"
    " correlation_id, 'causation_id', causation_id, 'actor', actor, 'occurred_at', occurred_at, 'recorded_at',"
    " recorded_at)::text FROM events WHERE position >= %(first)s AND position < %(end)s AND recorded_at >= %(since)s"
    " AND recorded_at < %(until)s"
    " AND (%(tenant)s::text IS NULL OR tenant = %(tenant)s) ORDER BY position"
)
_OF_SECURITY: Final = (
    "SELECT json_build_object('position', position, 'tenant', tenant, 'at', at, 'kind', kind, 'actor', actor,"
    " 'operation', operation, 'object_id', object_id, 'detail', detail, 'address', encode(address, 'hex'),"
    " 'correlation_id', correlation_id, 'times', times, 'recorded_at', recorded_at)::text FROM security_log"
    " WHERE position >= %(first)s AND position < %(end)s AND recorded_at >= %(since)s AND recorded_at < %(until)s"
    " AND (%(tenant)s::text IS NULL OR tenant = %(tenant)s) ORDER BY position"
)
_AT: Final = "SELECT recorded_at FROM {rows} WHERE position >= %s ORDER BY position LIMIT 1"
_HEAD: Final = "SELECT coalesce(max(position), 0) FROM {rows}"
# Rows are recorded in the order of positions, by a clock that may have been set back: not by more than an hour.
AMISS: Final = timedelta(hours=1)
PARTS: Final = (("events.jsonl", EVENTS, _OF_EVENTS), ("security.jsonl", SECURITY, _OF_SECURITY))


@dataclass(frozen=True, slots=True)
class BundleAsked:
    """What was recorded from ``since`` until before ``until``; ``tenant`` None takes every tenant's rows.

    ``at`` is when it is asked; with ``most`` a time with more rows of the cell is refused.
    """

    since: datetime
    until: datetime
    tenant: str | None
    at: datetime
    most: int | None = None


def write_bundle(
    connection: psycopg.Connection[tuple[object, ...]],
    file: Path | IO[bytes],
    cell: str,
    key: SigningKey,
    wanted: BundleAsked,
) -> dict[str, object]:
    """Write both logs of that time into one archive, with a manifest signed by that key; the manifest.

    Both logs are read from one snapshot of the database. Raises TooLong.
    """
    since, until = wanted.since, wanted.until
    told: dict[str, object] = {
        "format": FORMAT,
        "cell": cell,
        "tenant": wanted.tenant,
        "since": instant_text(since),
        "until": instant_text(until),
        "exported_at": instant_text(wanted.at),
    }
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL TIME ZONE 'UTC'")
        spans = {name: span_of(connection, of, since, until) for name, of, _ in PARTS}
        if wanted.most is not None and sum(end - first for first, end in spans.values()) > wanted.most:
            raise TooLong
        asked: dict[str, object] = {"since": since, "until": until, "tenant": wanted.tenant}
        told["files"] = [
            _part(archive, connection, name, query, asked | dict(zip(("first", "end"), spans[name], strict=True)))
            for name, _, query in PARTS
        ]
        told["roots"] = {name: _root(connection, cell, of) for name, of, _ in PARTS}
        signed = signed_manifest(told, key)
        archive.writestr(zipfile.ZipInfo(MANIFEST, NO_TIME), json.dumps(signed, indent=1) + "\n")
    return signed


def span_of(
    connection: psycopg.Connection[tuple[object, ...]], of: SealedLog, since: datetime, until: datetime
) -> tuple[int, int]:
    """Between which positions everything of that time lies, found by halving: no index knows instants."""
    return _position_at(connection, of, since - AMISS), _position_at(connection, of, until + AMISS)


def _position_at(connection: psycopg.Connection[tuple[object, ...]], of: SealedLog, instant: datetime) -> int:
    head = connection.execute(of.statement(_HEAD)).fetchone()
    low, high = 1, cast("int", head[0] if head else 0) + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(of.statement(_AT), (middle,)).fetchone()
        if row is None or cast("datetime", row[0]) >= instant:
            high = middle
        else:
            low = middle + 1
    return low


def signed_manifest(told: dict[str, object], key: SigningKey) -> dict[str, object]:
    """The manifest with name, public half and signature of a key that signs now."""
    if key.seed is None:
        message = "a key without its private half signs nothing"
        raise ValueError(message)
    told = {**told, "kid": key.kid, "public_key": base64.b64encode(key.public).decode()}
    signature = Ed25519PrivateKey.from_private_bytes(key.seed).sign(signed_bytes(told))
    return {**told, "signature": base64.b64encode(signature).decode()}


def signed_bytes(manifest: dict[str, object]) -> bytes:
    """What the signature covers: the format's name, so that it is good for nothing else, and the rest spelt one way."""
    rest = {name: value for name, value in manifest.items() if name != "signature"}
    return f"{FORMAT}\n".encode() + json.dumps(rest, sort_keys=True, separators=(",", ":")).encode()


def _part(
    archive: zipfile.ZipFile,
    connection: psycopg.Connection[tuple[object, ...]],
    name: str,
    query: str,
    asked: dict[str, object],
) -> dict[str, object]:
    digest, lines = hashlib.sha256(), 0
    with archive.open(zipfile.ZipInfo(name, NO_TIME), "w", force_zip64=True) as out:
        for line in _lines(connection, query, asked):
            out.write(line)
            digest.update(line)
            lines += 1
    return {"name": name, "lines": lines, "sha256": digest.hexdigest()}


def _lines(connection: psycopg.Connection[tuple[object, ...]], query: str, asked: dict[str, object]) -> Iterator[bytes]:
    with connection.cursor("bundle") as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute(query.encode(), asked)
        for row in cursor:
            yield str(row[0]).encode() + b"\n"


def _root(connection: psycopg.Connection[tuple[object, ...]], cell: str, of: SealedLog) -> dict[str, object] | None:
    try:
        return current_root(connection, cell, of).as_json()
    except NothingSealed:
        return None
