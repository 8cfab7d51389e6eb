"""Which news does the gateway send, under which event id, and when does it try again?

A delivery can be told beforehand to arrive otherwise than it should: see ``KNOBS``.
"""

import hashlib
import json
from typing import Final

from interfaces.razorpay_sandbox.books import Books
from interfaces.razorpay_sandbox.entities import Entity

ACCOUNT: Final = "acc_SandboxOfOurs0"
# News shuffled together: more than any test waits for at once.
MOST_SHUFFLED: Final = 10_000
# 24 hours after the event nobody tries any more.
GIVE_UP_AFTER_S: Final = 86_400
# The first pause between two tries; each is twice the one before.
FIRST_PAUSE_S: Final = 15
LONGEST_PAUSE_S: Final = 7_200
KNOBS: Final = frozenset({"duplicate", "delay_s", "drop", "old_secret", "corrupt", "truncated", "poison"})
"""copies more; seconds later; never; signed with the earlier secret; a wrong signature; half of
the body lost on the way; half of a body, rightly signed."""


Waiting = tuple[int, str, bytes, Entity, int]
"""Number, event id, body, knobs and tries so far."""


def announce(books: Books, event: str, **payload: Entity) -> None:
    """Post one event: its payload as the things stand now."""
    event_id = books.new_id("evt").removeprefix("evt_")
    body = {
        "entity": "event",
        "account_id": ACCOUNT,
        "event": event,
        "contains": list(payload),
        "payload": {name: {"entity": thing} for name, thing in payload.items()},
        "created_at": books.now(),
    }
    knobs = _knobs_for(books, event)
    if knobs.get("drop"):
        return
    at = books.now()
    for _ in range(1 + int(knobs.get("duplicate", 0))):
        books.run(
            "INSERT INTO post (event_id, event, body, created_at, next_at, knobs) VALUES (?, ?, ?, ?, ?, ?)",
            event_id,
            event,
            json.dumps(body, separators=(",", ":")).encode(),
            at,
            at + int(knobs.get("delay_s", 0)),
            json.dumps(knobs),
        )


def plan(books: Books, rules: list[Entity], shuffled_by: object = None) -> None:
    """How the next deliveries go wrong: rules of an event (or "*"), how many ``times``, and the knobs."""
    books.keep_fact("post_plan", rules)
    books.keep_fact("post_shuffled_by", shuffled_by)


def due(books: Books, most: int) -> list[Waiting]:
    """Post to be delivered now: number, event id, body, knobs and tries so far."""
    rows = books.run(
        "SELECT number, event_id, body, knobs, attempts FROM post WHERE next_at <= ? ORDER BY next_at, number LIMIT ?",
        books.now(),
        most if books.fact("post_shuffled_by") is None else MOST_SHUFFLED,
    )
    found = [(int(str(row[0])), str(row[1]), _bytes(row[2]), json.loads(str(row[3])), int(str(row[4]))) for row in rows]
    return _shuffled(found, books.fact("post_shuffled_by"))[:most]


def delivered(books: Books, number: int, outcome: str, *, arrived: bool) -> None:
    """One try is over."""
    [(created_at, attempts)] = books.run("SELECT created_at, attempts FROM post WHERE number = ?", number)
    tries = int(str(attempts)) + 1
    pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(tries - 1, 20))
    again = books.now() + pause
    gives_up = again > int(str(created_at)) + GIVE_UP_AFTER_S
    books.run(
        "UPDATE post SET attempts = ?, last = ?, next_at = ? WHERE number = ?",
        tries,
        outcome,
        None if arrived or gives_up else again,
        number,
    )


def next_post(books: Books) -> int | None:
    """When something is to be delivered next."""
    at = books.run("SELECT min(next_at) FROM post")[0][0]
    return None if at is None else int(str(at))


def all_post(books: Books) -> list[Entity]:
    """Every delivery: for tests."""
    rows = books.run("SELECT event_id, event, body, attempts, last, next_at FROM post ORDER BY number")
    names = ("event_id", "event", "body", "attempts", "last", "next_at")
    found = [dict(zip(names, row, strict=True)) for row in rows]
    for each in found:
        each["body"] = _bytes(each["body"]).decode()
    return found


def _shuffled(found: list[Waiting], by: object) -> list[Waiting]:
    if by is None:
        return found
    return sorted(found, key=lambda each: hashlib.blake2b(f"{by}:{each[0]}".encode()).digest())


def _knobs_for(books: Books, event: str) -> Entity:
    rules = books.fact("post_plan")
    if not isinstance(rules, list):
        return {}
    for rule in rules:
        if rule.get("event", "*") in {event, "*"} and int(rule.get("times", 1)) > 0:
            rule["times"] = int(rule.get("times", 1)) - 1
            books.keep_fact("post_plan", rules)
            return {name: value for name, value in rule.items() if name in KNOBS}
    return {}


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
