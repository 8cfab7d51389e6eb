"""Which fifteen laws should any ledger keep? Those of the public Ledger Conformance Kit, said in our own words."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

import msgspec
import pytest

from domain import seal
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import Answer, Result
from domain.ledger.transfer import Leg, Transfer, Unbalanced
from domain.money import CurrencyMismatch
from tests.application.conforming import OUTSIDE

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from application.log import LoggedEvent
    from tests.application.conforming import Conforming

A, B, HOT = "acct:a", "acct:b", "platform:revenue"


async def every_transfer_balances(books: Conforming) -> None:
    await books.seed(A, 10_000)
    with pytest.raises(Unbalanced):
        await books.post("odd", {A: 4_000, B: -3_999})
    await books.move(A, B, 4_000, "t1")
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for entry in books.journal():
        sums[entry.transfer_id, entry.currency] += entry.amount_minor
    assert set(sums.values()) == {0}


async def the_journal_only_grows(books: Conforming) -> None:
    await books.seed(A, 10_000)
    await books.move(A, B, 1_000, "t1")
    before = books.journal()
    await books.move(B, A, 300, "t2")
    after = books.journal()
    assert len(after) > len(before)
    assert after[: len(before)] == before


async def a_changed_entry_shows(books: Conforming) -> None:
    await books.seed(A, 10_000)
    root = seal.merkle_root([_leaf(event) for event in books.log.events])
    await books.move(A, B, 100, "t1")
    assert seal.merkle_root([_leaf(event) for event in books.log.events[:2]]) == root
    first = books.log.events[1]
    books.log.events[1] = msgspec.structs.replace(first, payload=first.payload.replace(b"10000", b"10001"))
    assert seal.merkle_root([_leaf(event) for event in books.log.events[:2]]) != root


def _leaf(event: LoggedEvent) -> bytes:
    """As the sealer makes it: over the whole row."""
    row = seal.EventRow(**{name: getattr(event, name) for name in seal.EventRow.__dataclass_fields__})
    return seal.leaf_of(seal.row_bytes(row))


async def the_same_again_changes_nothing(books: Conforming) -> None:
    await books.seed(A, 10_000)
    assert (await books.move(A, B, 2_500, "same")).result is Result.CREATED
    entries = len(books.journal())
    assert (await books.move(A, B, 2_500, "same")).result is Result.EXISTS
    assert (len(books.journal()), books.balance(B)) == (entries, 2_500)


async def of_many_at_once_one_counts(books: Conforming) -> None:
    await books.seed(A, 100_000)
    answers = await asyncio.gather(*[books.move(A, B, 2_500, "race") for _ in range(16)])
    assert [answer.result for answer in answers].count(Result.CREATED) == 1
    assert books.balance(B) == 2_500


async def a_hot_account_loses_nothing(books: Conforming) -> None:
    for n in range(8):
        await books.seed(f"acct:{n}", 1_000)
    await asyncio.gather(*[books.move(f"acct:{n % 8}", HOT, 5, f"hot:{n}") for n in range(80)])
    assert books.balance(HOT) == 400
    assert all(stream_of != HOT for stream_of in _streams(books)), "nobody keeps a stream of it, so nobody reads it"


def _streams(books: Conforming) -> set[str]:
    told = [msgspec.json.decode(event.payload) for event in books.log.events]
    return {each["account"] for each in told if "account" in each}


async def value_is_kept_under_transfers(books: Conforming) -> None:
    names = [f"acct:{n}" for n in range(6)]
    for name in names:
        await books.seed(name, 1_000)
    await asyncio.gather(*[books.move(names[n % 6], names[(n + 3) % 6], 10, f"mv:{n}") for n in range(60)])
    assert sum([await books.rebuilt(name) for name in names]) == 6_000


async def a_balance_is_its_journal(books: Conforming) -> None:
    await books.seed(A, 50_000)
    await asyncio.gather(*[books.move(A, B, 50, f"p:{n}") for n in range(30)])
    for account in (A, B, OUTSIDE):
        assert books.balance(account) == books.by_journal(account)


async def a_drain_stops_at_nothing(books: Conforming) -> None:
    await books.seed(A, 10_000)
    answers = await asyncio.gather(*[books.move(A, B, 1_000, f"d:{n}") for n in range(20)])
    assert sorted({answer.result for answer in answers}) == [Result.CREATED, Result.EXCEEDS_CREDITS]
    assert [answer.result for answer in answers].count(Result.CREATED) == 10
    assert books.balance(A) == 0


async def pennies_do_not_drift(books: Conforming) -> None:
    await books.seed(A, 1_000)
    for n in range(80):
        await books.move(A, B, 1, f"penny:{n}")
    assert [await books.rebuilt(A), await books.rebuilt(B)] == [920, 80]


async def assets_do_not_meet(books: Conforming) -> None:
    await books.seed(A, 10_000)
    account = LedgerAccount.open("demo", A, "INR", (await _at(books)))
    with pytest.raises(CurrencyMismatch):
        account.request(Transfer("fx", "JPY", (Leg(A, 1_000), Leg(B, -1_000))), await _at(books))


async def _at(books: Conforming) -> datetime:
    return books.log.events[-1].occurred_at


async def a_reversal_adds_and_takes_nothing_away(books: Conforming) -> None:
    await books.seed(A, 10_000)
    await books.move(A, B, 3_000, "orig")
    original = books.journal()
    await books.move(B, A, 3_000, "orig:rev")
    after = books.journal()
    assert after[: len(original)] == original
    assert (len(after), books.balance(B)) == (len(original) + 2, 0)


async def state_is_rebuilt_from_the_log(books: Conforming) -> None:
    for n in range(4):
        await books.seed(f"acct:{n}", 2_000)
    await asyncio.gather(*[books.move(f"acct:{n % 4}", f"acct:{(n + 2) % 4}", 30, f"rb:{n}") for n in range(40)])
    for n in range(4):
        assert await books.rebuilt(f"acct:{n}") == books.balance(f"acct:{n}")


async def an_account_has_one_order(books: Conforming) -> None:
    await books.seed(A, 50_000)
    await asyncio.gather(*[books.move(A, B, 100, f"s:{n}") for n in range(30)])
    versions: dict[UUID, list[int]] = defaultdict(list)
    for event in books.log.events:
        versions[event.stream_id].append(event.version)
    assert all(found == list(range(1, len(found) + 1)) for found in versions.values())
    assert [event.position for event in books.log.events] == list(range(1, len(books.log.events) + 1))


async def a_refusal_is_never_told_as_done(books: Conforming) -> None:
    await books.seed(A, 100)
    refused = await books.move(A, B, 101, "much")
    again = await books.move(A, B, 101, "much")
    await books.move(OUTSIDE, A, 500, "more")
    later = await books.move(A, B, 101, "much")
    assert refused == Answer(Result.EXCEEDS_CREDITS, mint_new_id=True)
    assert again == later == Answer(Result.ID_ALREADY_FAILED, mint_new_id=True)
    assert (await books.move(A, B, 101, "much:2")).result is Result.CREATED, "a new id is the way forward"
