"""Where in a running system could a name, a phone or a place turn up?"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import httpx
import psycopg
import redis
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

OURS = """
SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""

Hay = tuple[str, bytes]
"""Where it lies, and what lies there."""


def needles(*words: str | float) -> dict[str, list[bytes]]:
    """Each word with the forms in which it could lie about, all in lower case."""
    found: dict[str, list[bytes]] = {}
    for word in words:
        if isinstance(word, float):
            # As text to four decimals (11 m), and as the eight bytes in which a database keeps a number.
            found[str(word)] = [
                f"{word:.4f}"[:-1].encode(),
                struct.pack(">d", word).lower(),
                struct.pack("<d", word).lower(),
            ]
            continue
        plain = word.lower()
        forms = {plain, plain.replace(" ", ""), quote(plain), plain.removeprefix("+")}
        found[word] = [form.encode() for form in forms]
        found[word] += [form.encode().hex().encode() for form in forms]
    return found


def sightings(hay: Iterable[Hay], wanted: dict[str, list[bytes]]) -> list[str]:
    """Every place in which any of the needles lies."""
    seen = []
    for place, content in hay:
        lower = content.lower()
        seen += [f"{word} in {place}" for word, forms in wanted.items() if any(form in lower for form in forms)]
    return seen


def tables(dsn: str) -> Iterator[Hay]:
    """Every row of every table, as text and as the bytes behind it (so JSON in bytea is read as JSON)."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        for schema, table in connection.execute(OURS).fetchall():
            name = sql.Identifier(schema, table)
            for form in ("text", "binary"):
                statement = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT {})").format(name, sql.SQL(form))
                with connection.cursor().copy(statement) as copy:
                    rows = b"".join(bytes(block) for block in copy)
                yield f"table {schema}.{table} ({form})", rows


def redis_keys(url: str) -> Iterator[Hay]:
    """Every key of every database of the server with its value, whatever its type."""
    with redis.Redis.from_url(url) as client:
        for number in cast("dict[str, object]", client.info("keyspace")):
            with redis.Redis.from_url(url, db=int(number.removeprefix("db"))) as database:
                for key in cast("Iterable[bytes]", database.scan_iter()):
                    yield f"redis {number} {key!r}", key + b"\n" + cast("bytes", database.dump(key) or b"")


def files(folder: Path) -> Iterator[Hay]:
    """Every file below a folder: logs, and the servers' own files with their write-ahead logs."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"file {path.relative_to(folder)}", path.read_bytes()


def served(*urls: str) -> Iterator[Hay]:
    """What these addresses answer."""
    for url in urls:
        yield url, httpx.get(url, timeout=10).raise_for_status().content
