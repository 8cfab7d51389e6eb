"""How does our ledger look to somebody who only posts, reads balances and reads the journal?"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, cast

import msgspec

from application.engine import Contended, Engine, Work
from application.log import CommandContext, fingerprint_of
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import CREATED, Answer, Result, account_stream
from domain.ledger.transfer import Leg, Transfer, Unbalanced
from domain.money import CurrencyMismatch
from infra.event_store import codec
from infra.in_memory.log import InMemoryEventLog
from projections.ledger_balances import ledger_balances
from tests.projections.telling import facts_logged, folded
from tests.support.memory_log import MemoryAggregates, MemoryEventLog
from tests.support.roadside import NOON, TENANT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from application.log import LoggedEvent, Receipt, Save

OUTSIDE = "external:funding"
GUARDED = "acct:"
"""Accounts that begin with it are guarded; all others are sums."""


class BusyLog(InMemoryEventLog):
    """Lets others go first before every read and append, so that whatever can race does."""

    async def append(self, save: Save) -> Receipt:
        await asyncio.sleep(0)
        return await super().append(save)

    async def read_stream(
        self, tenant: str, stream_id: UUID, after_version: int = -1, upto_position: int | None = None
    ) -> Sequence[LoggedEvent]:
        await asyncio.sleep(0)
        return await super().read_stream(tenant, stream_id, after_version, upto_position)


@dataclass(frozen=True)
class Entry:
    """One leg in the journal, and where the log has it."""

    transfer_id: str
    account: str
    amount_minor: int
    currency: str
    position: int


class Conforming:
    """The kernel behind the engine, over a log in memory."""

    def __init__(self, log: InMemoryEventLog | None = None) -> None:
        self.log = log or BusyLog()
        self._aggregates = MemoryAggregates(cast("MemoryEventLog", self.log))
        self._engine = Engine(self.log, self._aggregates)
        self._keys = count()

    async def post(self, transfer_id: str, legs: dict[str, int], currency: str = "INR") -> Answer:
        """Ask for a transfer, as often as it takes to be heard; only Unbalanced and CurrencyMismatch are raised."""
        asked = Transfer(transfer_id, currency, tuple(Leg(account, amount) for account, amount in legs.items()))
        answers: list[Answer] = []

        async def decide(work: Work) -> dict[str, object]:
            answers.append(await _move(work, asked))
            return {}

        while True:
            key = str(next(self._keys))
            try:
                await self._engine.run(
                    CommandContext(TENANT, "system:test", key, fingerprint_of(key), account_stream("", "", ""), NOON),
                    decide,
                )
            except Contended:
                continue
            return answers[-1]

    async def move(self, debited: str, credited: str, amount_minor: int, name: str, currency: str = "INR") -> Answer:
        """From one account to another."""
        return await self.post(name, {debited: amount_minor, credited: -amount_minor}, currency)

    async def seed(self, account: str, amount_minor: int, currency: str = "INR") -> None:
        """Open an account with something in it."""
        await self.move(OUTSIDE, account, amount_minor, f"seed:{account}", currency)

    def balance(self, account: str) -> int:
        """What the read model says; credits are positive, as what somebody has with us."""
        rows = folded(ledger_balances, facts_logged(self.log.events))
        row = rows.get((TENANT, account, "INR"))
        return -row.balance_minor if row else 0

    def journal(self) -> list[Entry]:
        """Every leg, in the order of the log."""
        found = []
        for event in self.log.events:
            told = msgspec.json.decode(event.payload)
            for leg in told.get("legs", ()):
                name, amount = leg["account"], leg["amount_minor"]
                found.append(Entry(told["transfer_id"], name, amount, told["currency"], event.position))
        return found

    def by_journal(self, account: str) -> int:
        """What the journal's legs come to."""
        return -sum(entry.amount_minor for entry in self.journal() if entry.account == account)

    async def rebuilt(self, account: str, currency: str = "INR") -> int:
        """What the account's own stream replays to."""
        events = await self.log.read_stream(TENANT, account_stream(TENANT, account, currency))
        rows = [(each.version, each.topic, each.payload, each.occurred_at) for each in events]
        replayed = codec.replay(account_stream(TENANT, account, currency), rows)
        return replayed.posted_minor if isinstance(replayed, LedgerAccount) else 0


async def _move(work: Work, asked: Transfer) -> Answer:
    """Guarded accounts decide; where none is debited it is a fact that the first one credited books."""
    guarded = [leg for leg in asked.legs if leg.account.startswith(GUARDED)]
    first, *others = sorted(guarded, key=lambda leg: -leg.amount_minor)
    giver = await _account(work, first.account, asked.currency)
    answer = giver.request(asked, NOON) if first.amount_minor > 0 else giver.book(asked, NOON)
    if answer == CREATED:
        for leg in others:
            (await _account(work, leg.account, asked.currency)).receive(asked, NOON)
    return answer


async def _account(work: Work, name: str, asset: str) -> LedgerAccount:
    stream = account_stream(TENANT, name, asset)
    held = await work._aggregates.load(LedgerAccount, TENANT, stream)
    if held is None:
        opened = LedgerAccount.open(TENANT, name, asset, NOON)
        work.add(opened)
        return opened
    return await work.get(LedgerAccount, stream)


__all__ = ["OUTSIDE", "BusyLog", "Conforming", "CurrencyMismatch", "Entry", "Result", "Unbalanced"]
