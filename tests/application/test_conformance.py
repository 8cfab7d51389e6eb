"""Does our ledger keep the fifteen laws that any system that moves money should keep, and can each law fail?

The laws are those of the public Ledger Conformance Kit, said in our own words. Each has a fault of its own, which is
put into the kernel or the log beneath it, and which its law has to notice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import msgspec
import pytest

from domain import seal
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import CREATED, EXISTS, Answer, Known, Result
from domain.ledger.transfer import Leg, Transfer, Unbalanced
from domain.money import CurrencyMismatch
from tests.application.conforming import OUTSIDE, BusyLog, Conforming, Entry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from uuid import UUID

    from application.log import LoggedEvent, NewEvent, Receipt, Save

kernel = import_module("domain.ledger.transfer")  # the package has a function of that name
pytestmark = pytest.mark.anyio
A, B, HOT = "acct:a", "acct:b", "platform:revenue"
Law: TypeAlias = "Callable[[Conforming], Awaitable[None]]"
Fault: TypeAlias = "Callable[[pytest.MonkeyPatch], Conforming]"


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


class ForgivingLog(BusyLog):
    """Takes what was decided from an older version as if nobody had been faster."""

    def _resolved(self, tenant: str, events: Sequence[NewEvent]) -> tuple[int, ...]:
        return super()._resolved(tenant, [msgspec.structs.replace(each, version=None) for each in events])


class ChangingLog(BusyLog):
    """Changes an entry when a later one comes."""

    async def append(self, save: Save) -> Receipt:
        receipt = await super().append(save)
        if any(b'"t2"' in event.payload for event in save.events):
            self.events[:] = [
                msgspec.structs.replace(each, payload=each.payload.replace(b'"t1"', b'"t0"')) for each in self.events
            ]
        return receipt


class TidyBooks(Conforming):
    """Takes what was reversed out of the journal."""

    def journal(self) -> list[Entry]:
        found = super().journal()
        gone = {entry.transfer_id.removesuffix(":rev") for entry in found if entry.transfer_id.endswith(":rev")}
        return [entry for entry in found if entry.transfer_id.removesuffix(":rev") not in gone]


class LeapingLog(BusyLog):
    """Gives a position twice."""

    async def append(self, save: Save) -> Receipt:
        receipt = await super().append(save)
        self.events[-1] = msgspec.structs.replace(self.events[-1], position=receipt.position - receipt.position % 2)
        return receipt


class RememberedBalances(Conforming):
    """Reads a hot account's balance, lets others go first, and writes it back."""

    kept: ClassVar[dict[str, int]] = {}

    async def post(self, transfer_id: str, legs: dict[str, int], currency: str = "INR") -> Answer:
        before = dict(self.kept)
        answer = await super().post(transfer_id, legs, currency)
        for account, amount in legs.items():
            self.kept[account] = before.get(account, 0) - amount
        return answer

    def balance(self, account: str) -> int:
        return self.kept.get(account, 0)


class LateBalances(Conforming):
    """Shows balances that the last event is missing from."""

    def balance(self, account: str) -> int:
        behind = Conforming()
        behind.log.events[:] = self.log.events[:-2]
        return Conforming.balance(behind, account)


def by(**replaced: object) -> Fault:
    """The kernel, with some of its methods replaced."""

    def put_in(patch: pytest.MonkeyPatch) -> Conforming:
        for name, instead in replaced.items():
            owner = next(each for each in (LedgerAccount, Known, Transfer, kernel, seal) if hasattr(each, name))
            patch.setattr(owner, name, instead)
        return Conforming()

    return put_in


def books_without_counting(self: LedgerAccount, moved: Transfer, at: datetime) -> None:
    """A transfer is booked, and the account goes on as if it had not been."""
    told = {"account": self.account, "posted_minor": self.posted_minor + (moved.amount_on(self.account) < 0)}
    self.trigger_event(LedgerAccount.Booked, timestamp=at, **told, **moved.fields)


def in_whole_rupees(self: Transfer, account: str) -> int:
    """What a float that is rounded too early makes of paise."""
    return sum(round(leg.amount_minor / 100) * 100 for leg in self.legs if leg.account == account)


LAWS: tuple[tuple[Law, Fault], ...] = (
    (every_transfer_balances, by(check_balanced=lambda *_: None)),
    (the_journal_only_grows, lambda _: Conforming(ChangingLog())),
    (a_changed_entry_shows, by(row_bytes=lambda row: str(row.position).encode())),
    (the_same_again_changes_nothing, by(against=lambda *_: None)),
    (of_many_at_once_one_counts, lambda _: Conforming(ForgivingLog())),
    (a_hot_account_loses_nothing, lambda _: RememberedBalances()),
    (value_is_kept_under_transfers, by(receive=lambda *_: CREATED)),
    (a_balance_is_its_journal, lambda _: LateBalances()),
    (a_drain_stops_at_nothing, by(available_minor=lambda *_: 10**9)),
    (pennies_do_not_drift, by(amount_on=in_whole_rupees)),
    (assets_do_not_meet, by(_check_asset=lambda *_: None)),
    (a_reversal_adds_and_takes_nothing_away, lambda _: TidyBooks()),
    (state_is_rebuilt_from_the_log, by(_post=books_without_counting)),
    (an_account_has_one_order, lambda _: Conforming(LeapingLog())),
    (a_refusal_is_never_told_as_done, by(against=lambda *_: EXISTS)),
)


def of_law(given: tuple[Law, Fault]) -> str:
    return given[0].__name__


@pytest.mark.parametrize("law", [law for law, _ in LAWS], ids=lambda law: law.__name__)
async def test_our_ledger_keeps_the_law(law: Law) -> None:
    await law(Conforming())


@pytest.mark.parametrize("given", LAWS, ids=of_law)
async def test_the_law_notices_its_fault(given: tuple[Law, Fault], monkeypatch: pytest.MonkeyPatch) -> None:
    law, fault = given
    books = fault(monkeypatch)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await law(books)


def test_there_are_fifteen_laws() -> None:
    assert len({law for law, _ in LAWS}) == 15
