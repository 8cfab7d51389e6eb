"""Does our ledger keep the fifteen laws that any system that moves money should keep, and can each law fail?

The laws are those of the public Ledger Conformance Kit, said in our own words. Each has a fault of its own, which is
put into the kernel or the log beneath it, and which its law has to notice.
"""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import msgspec
import pytest

from domain import seal
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import CREATED, EXISTS, Answer, Known
from domain.ledger.transfer import Transfer
from tests.application import laws
from tests.application.conforming import BusyLog, Conforming, Entry

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from application.log import NewEvent, Receipt, Save

kernel = import_module("domain.ledger.transfer")  # the package has a function of that name
pytestmark = pytest.mark.anyio
Law: TypeAlias = "Callable[[Conforming], Awaitable[None]]"
Fault: TypeAlias = "Callable[[pytest.MonkeyPatch], Conforming]"


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
    (laws.every_transfer_balances, by(check_balanced=lambda *_: None)),
    (laws.the_journal_only_grows, lambda _: Conforming(ChangingLog())),
    (laws.a_changed_entry_shows, by(row_bytes=lambda row: str(row.position).encode())),
    (laws.the_same_again_changes_nothing, by(against=lambda *_: None)),
    (laws.of_many_at_once_one_counts, lambda _: Conforming(ForgivingLog())),
    (laws.a_hot_account_loses_nothing, lambda _: RememberedBalances()),
    (laws.value_is_kept_under_transfers, by(receive=lambda *_: CREATED)),
    (laws.a_balance_is_its_journal, lambda _: LateBalances()),
    (laws.a_drain_stops_at_nothing, by(available_minor=lambda *_: 10**9)),
    (laws.pennies_do_not_drift, by(amount_on=in_whole_rupees)),
    (laws.assets_do_not_meet, by(_check_asset=lambda *_: None)),
    (laws.a_reversal_adds_and_takes_nothing_away, lambda _: TidyBooks()),
    (laws.state_is_rebuilt_from_the_log, by(_post=books_without_counting)),
    (laws.an_account_has_one_order, lambda _: Conforming(LeapingLog())),
    (laws.a_refusal_is_never_told_as_done, by(against=lambda *_: EXISTS)),
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
