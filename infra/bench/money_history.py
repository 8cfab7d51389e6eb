"""Which history of money do the bench and the tests of time travel tell? Jobs paid, divided, billed; some told late."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid5

import msgspec
import psycopg

from domain import ledger
from infra.event_store.log import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGINS_AT: Final = datetime(2025, 12, 3, 6, 0, tzinfo=UTC)
NAMES: Final = UUID("0b7c3f52-94be-5b0c-9d52-6b2f6f3c7d10")
TENANT: Final = "demo"

# Of a hundred facts: told some hours late as a webhook may be, and weeks late as a correction may be.
HOURS_LATE, WEEKS_LATE = 4, 1

_json = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Told:
    """One event as it lies in the log: what the read models of money look at, and no more."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    occurred_at: datetime
    payload: bytes


class MoneyHistory:
    """Events without end, the same for the same seed: a few busy accounts, providers by their luck, many customers."""

    def __init__(self, seed: int, *, customers: int, providers: int, lasts: timedelta, events: int) -> None:
        self._random = random.Random(seed)  # noqa: S311  (a seed, so that a failure can be told again)
        self._customers = [uuid5(NAMES, f"customer/{number}") for number in range(customers)]
        self._providers = [uuid5(NAMES, f"provider/{number}") for number in range(providers)]
        # The busiest provider has ten times the jobs of the median one.
        self._luck = [1 / (1 + number) ** 0.5 for number in range(providers)]
        self._step = lasts / events
        self._events = events
        self._versions: dict[UUID, int] = {}
        self._position = 0

    def events(self) -> Iterator[Told]:
        """All of them, in the order of the log."""
        job = 0
        while self._position < self._events:
            job += 1
            yield from self._job(uuid5(NAMES, f"job/{job}"), job)

    def _job(self, job: UUID, number: int) -> Iterator[Told]:
        customer, amount = self._random.choice(self._customers), self._random.randrange(50_000, 400_000)
        provider = self._random.choices(self._providers, self._luck)[0]
        wallet, advance = ledger.wallet_of(customer), ledger.advance_for(job)
        commission, tax = amount * 15 // 100, amount * 27 // 1_000
        rest = amount - commission - tax
        shares = {ledger.COMMISSION: -commission, "L:Gst:Out:CGST": -tax // 2, ledger.payable_to(provider): -rest}
        shares["L:Gst:Out:SGST"] = -tax - shares["L:Gst:Out:CGST"]
        top_up = {ledger.CLEARING: amount, wallet: -amount}
        yield self._booked("wallet.credited", customer, f"top:{job.hex}", top_up)
        yield self._booked("wallet.hold_captured", customer, f"cap:{job.hex}", {wallet: amount, advance: -amount})
        yield self._booked("payment.settled", job, f"set:{job.hex}", {advance: amount, **shares})
        yield self._told("invoice.issued", uuid5(job, "bill"), {})
        if number % 40 == 0:
            yield self._told("invoice.cancelled", uuid5(job, "bill"), {"why": "wrong_recipient"})
        if number % 5 == 0:
            settled = {ledger.BANK: 4 * amount, ledger.CLEARING: -4 * amount}
            yield self._booked("settlement.booked", uuid5(job, "settlement"), f"stl:{number}", settled)
            paid = {ledger.payable_to(provider): 3 * rest, ledger.BANK: -3 * rest}
            yield self._booked("payout.processed", uuid5(job, "payout"), f"po:{number}", paid)

    def _booked(self, topic: str, stream: UUID, transfer: str, legs: dict[str, int]) -> Told:
        moved = [{"account": account, "amount_minor": amount} for account, amount in legs.items()]
        return self._told(topic, stream, {"transfer_id": transfer, "currency": "INR", "legs": moved})

    def _told(self, topic: str, stream: UUID, payload: dict[str, object]) -> Told:
        self._position += 1
        version = self._versions[stream] = self._versions.get(stream, 0) + 1
        at, chance = BEGINS_AT + self._step * self._position, self._random.randrange(100)
        if chance < WEEKS_LATE:
            at -= timedelta(days=self._random.uniform(1, 60))
        elif chance < WEEKS_LATE + HOURS_LATE:
            at -= timedelta(hours=self._random.uniform(0, 12))
        return Told(self._position, stream, version, topic, at, _json.encode(payload))


def fill_with_money(admin_url: str, cell: str, history: MoneyHistory) -> int:
    """Copy a history into an empty log as its owner, for benches and tests only; returns the head."""
    head = 0
    with psycopg.connect(admin_url, autocommit=True) as connection, connection.transaction():
        connection.execute("SELECT set_config('search_path', %s, true)", (f"{cell},pg_temp",))
        with connection.cursor() as cursor, cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN") as copy:
            for told in history.events():
                head = told.position
                copy.write_row(
                    (
                        told.position, TENANT, told.stream_id, told.version, told.topic, told.payload, None, None, None,
                        "system:bench", told.occurred_at, told.occurred_at,
                    )
                )  # fmt: skip
    return head
