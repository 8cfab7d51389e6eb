"""What does the gateway remember? Its things, its money, its timers and its post, in one SQLite file of its own.

Nothing here knows our ledger: it is the second bookkeeper that ours is compared with.
"""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from interfaces.razorpay_sandbox.entities import Entity, made_id
from interfaces.razorpay_sandbox.refusals import Refused, not_there

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS thing (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS thing_kind ON thing (kind, number);
CREATE INDEX IF NOT EXISTS thing_order ON thing (kind, json_extract(body, '$.order_id'));
CREATE INDEX IF NOT EXISTS thing_payment ON thing (kind, json_extract(body, '$.payment_id'));
CREATE INDEX IF NOT EXISTS thing_receipt ON thing (kind, json_extract(body, '$.receipt'));
CREATE INDEX IF NOT EXISTS thing_reference ON thing (kind, json_extract(body, '$.reference_id'));
CREATE INDEX IF NOT EXISTS thing_settled ON thing (kind, json_extract(body, '$.settlement_id'));
CREATE TABLE IF NOT EXISTS movement (
    cause TEXT PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount >= 0),
    at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS key (
    name TEXT PRIMARY KEY, body TEXT NOT NULL, answer_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS timer (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, what TEXT NOT NULL,
    subject TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS timer_at ON timer (at, number);
CREATE TABLE IF NOT EXISTS post (
    number INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, event TEXT NOT NULL, body BLOB NOT NULL,
    created_at INTEGER NOT NULL, next_at INTEGER, attempts INTEGER NOT NULL DEFAULT 0,
    knobs TEXT NOT NULL DEFAULT '{}', last TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS post_next ON post (next_at) WHERE next_at IS NOT NULL;
"""
SEARCHABLE: Final = ("order_id", "payment_id", "receipt", "reference_id", "settlement_id")
# As the gateway's own lists: ten unless asked, never more than a hundred.
PAGE: Final = 10
LARGEST_PAGE: Final = 100


class Books:
    """Everything the stand-in knows. One thread uses it: what happens within ``call`` happens wholly or not at all."""

    def __init__(self, path: Path | str, seed: str) -> None:
        """Open or create; the seed of books that exist already is theirs."""
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(SCHEMA)
        if self.fact("seed") is None:
            self.keep_fact("seed", seed)
        self.seed = str(self.fact("seed"))

    def close(self) -> None:
        """Nothing is asked any more."""
        self._db.close()

    @contextmanager
    def call(self) -> Iterator[None]:
        """One call: all of it or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # What is known by name: the clock, modes, credentials.

    def fact(self, name: str) -> object:
        """What was kept under a name; None when nothing was."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else json.loads(row[0])

    def keep_fact(self, name: str, value: object) -> None:
        """Remember a value by name."""
        self._db.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, json.dumps(value)))

    def now(self) -> int:
        """The gateway's own second: the real one, moved by as much as tests moved it, or standing where they put it."""
        standing = self.fact("standing_at")
        if isinstance(standing, int):
            return standing
        moved = self.fact("moved_s")
        return int(time.time()) + (moved if isinstance(moved, int) else 0)

    # Things.

    def new_id(self, prefix: str) -> str:
        """The next id of a kind."""
        count = self.fact(f"ids:{prefix}")
        number = (count if isinstance(count, int) else 0) + 1
        self.keep_fact(f"ids:{prefix}", number)
        return made_id(self.seed, prefix, number)

    def add(self, kind: str, thing: Entity) -> Entity:
        """Keep a new thing under its id."""
        created_at = int(thing.get("created_at") or self.now())
        self._db.execute(
            "INSERT INTO thing (kind, id, created_at, body) VALUES (?, ?, ?, ?)",
            (kind, thing["id"], created_at, json.dumps(thing)),
        )
        return thing

    def keep(self, thing: Entity) -> Entity:
        """Keep what became of a thing."""
        self._db.execute("UPDATE thing SET body = ? WHERE id = ?", (json.dumps(thing), thing["id"]))
        return thing

    def get(self, kind: str, thing_id: str) -> Entity:
        """One thing; raises Refused when there is none."""
        row = self._db.execute("SELECT body FROM thing WHERE id = ? AND kind = ?", (thing_id, kind)).fetchone()
        if row is None:
            raise not_there()
        found: Entity = json.loads(row[0])
        return found

    def find(self, kind: str, **where: object) -> list[Entity]:
        """Things of a kind by one of the fields that are indexed, oldest first."""
        told = [f"json_extract(body, '$.{name}') = ?" for name in where if name in SEARCHABLE]
        if len(told) != len(where):
            message = f"nobody looks things up by {sorted(where)}"
            raise ValueError(message)
        clause = " AND ".join(["kind = ?", *told])
        rows = self._db.execute(f"SELECT body FROM thing WHERE {clause} ORDER BY number", (kind, *where.values()))  # noqa: S608  names of ours
        return [json.loads(row[0]) for row in rows]

    def page(self, kind: str, query: dict[str, str], **where: object) -> Entity:
        """A collection as the gateway lists it: newest first, ``count``, ``skip``, ``from`` and ``to``."""
        count = _whole(query, "count", PAGE)
        if not 1 <= count <= LARGEST_PAGE:
            raise Refused("The count may not be greater than 100.", field="count")
        begin, end = _whole(query, "from", 0), _whole(query, "to", 2**40)
        found = [each for each in reversed(self.find(kind, **where)) if begin <= int(each["created_at"]) <= end]
        skip = _whole(query, "skip", 0)
        items = found[skip : skip + count]
        return {"entity": "collection", "count": len(items), "items": items}

    # Money.

    def move(self, cause: str, source: str, target: str, amount: int) -> None:
        """Money goes from one account to another; a cause moves money once."""
        row = (cause, source, target, amount, self.now())
        self._db.execute("INSERT INTO movement VALUES (?, ?, ?, ?, ?)", row)

    def balance(self, account: str) -> int:
        """What has come in less what has gone out."""
        row = self._db.execute(
            "SELECT coalesce(sum(CASE WHEN target = ?1 THEN amount ELSE -amount END), 0) FROM movement"
            " WHERE target = ?1 OR source = ?1",
            (account,),
        ).fetchone()
        return int(row[0])

    def movements(self) -> list[Entity]:
        """Everything that moved, in order."""
        names = ("cause", "source", "target", "amount", "at")
        rows = self._db.execute("SELECT cause, source, target, amount, at FROM movement ORDER BY rowid")
        return [dict(zip(names, row, strict=True)) for row in rows]

    # Idempotency keys.

    def answer_to(self, key: str) -> tuple[str, str] | None:
        """The body that came with a key before, and the id of what it made."""
        row = self._db.execute("SELECT body, answer_id FROM key WHERE name = ?", (key,)).fetchone()
        return None if row is None else (str(row[0]), str(row[1]))

    def keep_answer(self, key: str, body: str, answer_id: str) -> None:
        """The key is used up."""
        self._db.execute("INSERT INTO key VALUES (?, ?, ?)", (key, body, answer_id))

    # Timers.

    def remind(self, at: int, what: str, subject: str) -> None:
        """Something falls due at an instant."""
        self._db.execute("INSERT INTO timer (at, what, subject) VALUES (?, ?, ?)", (at, what, subject))

    def next_due(self) -> int | None:
        """When the next timer falls due."""
        row = self._db.execute("SELECT min(at) FROM timer").fetchone()
        return None if row[0] is None else int(row[0])

    def take_due(self, until: int) -> tuple[int, str, str] | None:
        """The next timer that is due, which is then gone."""
        row = self._db.execute(
            "SELECT number, at, what, subject FROM timer WHERE at <= ? ORDER BY at, number LIMIT 1", (until,)
        ).fetchone()
        if row is None:
            return None
        self._db.execute("DELETE FROM timer WHERE number = ?", (row[0],))
        return int(row[1]), str(row[2]), str(row[3])

    # Post: see outbox.py.

    def run(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """A statement about the post."""
        return self._db.execute(sql, values).fetchall()


def _whole(query: dict[str, str], name: str, default: int) -> int:
    try:
        return int(query.get(name, default))
    except ValueError:
        raise Refused(f"The {name} must be an integer.", field=name) from None
