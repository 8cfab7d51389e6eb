"""How many guarded transfers a second become durable, with the books watched meanwhile, against rows under a lock?"""

from __future__ import annotations

import asyncio
import statistics
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Final
from uuid import UUID, uuid4, uuid5

import msgspec
import psycopg
import uvloop

from application.log import CommandContext, Save, fingerprint_of
from domain import ledger
from domain.ledger.invariants import Conserved, Covered, Journaled, Seen, Watch
from domain.wallet import Wallet
from domain.wallet_terms import WhyCredited, WhyDebited
from infra.bench.frame import Report, at_least, at_most, bench_server, machine, median_ratio, summary
from infra.bench.locked_rows import locked_rows
from infra.event_store import codec
from infra.event_store.committer import Committer
from infra.event_store.reader import LogReader

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.bench.frame import Bar

IN_FLIGHT: Final = 64
WALLETS_EACH: Final = 8
"""Of one client, so that 512 streams are written, as by customers who each do one thing at a time."""
FILLED_MINOR: Final = 10**10
PAGE: Final = 2_000
TENANT: Final = "bench"
HOT: Final = UUID(int=1)
"""The job whose advance every second transfer goes to: an account of no stream, which nobody reads."""


@dataclass(slots=True)
class Round:
    """What one round came to."""

    transfers: int
    seconds: float
    latencies: list[float]
    broken: int
    hot_minor: int


class Auditor(threading.Thread):
    """Follows the log in this process and looks at M1, M2 and M3 at every position."""

    def __init__(self, dsn: str, after: int, checkers: tuple[Conserved, Covered, Journaled]) -> None:
        super().__init__()
        self._dsn = dsn
        self._watch = Watch(checkers)
        self._end: int | None = None
        self.position = after
        self.broken = 0

    def run(self) -> None:
        """Until everything up to the end was looked at."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            reader = LogReader(connection)
            while self._end is None or self.position < self._end:
                events = reader.read(self.position, PAGE)
                for event in events:
                    told = msgspec.json.decode(event.payload)
                    seen = Seen(
                        event.position,
                        event.tenant,
                        event.stream_id,
                        event.version,
                        event.topic,
                        event.occurred_at,
                        told,
                    )
                    self.broken += len(self._watch.take(seen))
                    self.position = event.position
                if not events:
                    threading.Event().wait(0.005)

    def finish(self, end: int) -> None:
        """Wait until it has looked at everything up to a position."""
        self._end = end
        self.join()


def _save(wallet: Wallet, key: str, at: datetime) -> Save:
    facts = tuple(codec.encode(fact) for fact in wallet.collect_events())
    context = CommandContext(TENANT, "system:bench", key, fingerprint_of(key), wallet.id, at)
    return Save(context, facts, b'{"done":{"version":%d}}' % wallet.version)


def _filled(at: datetime) -> Wallet:
    customer = uuid4()
    wallet = Wallet.open(TENANT, customer, "INR", at)
    wallet.credit(uuid4(), FILLED_MINOR, WhyCredited.TOP_UP, ledger.CLEARING, at)
    return wallet


async def _transfers(dsn: str, seconds: float) -> Round:
    """Closed loop: each client takes from one of its wallets after the other, and waits until that is durable."""
    committer = Committer(lambda: psycopg.AsyncConnection.connect(dsn, autocommit=True))
    now = datetime.now(UTC)
    purses = [[_filled(now) for _ in range(WALLETS_EACH)] for _ in range(IN_FLIGHT)]
    saves = [_save(wallet, str(uuid4()), now) for purse in purses for wallet in purse]
    receipts = await asyncio.gather(*[committer.append(save) for save in saves])
    checkers = Conserved(), Covered(), Journaled()
    auditor = Auditor(dsn, min(receipt.first_position for receipt in receipts) - 1, checkers)
    auditor.start()
    latencies: list[float] = []
    last = 0
    begun = perf_counter()

    async def client(purse: list[Wallet]) -> None:
        nonlocal last
        number = 0
        while (started := perf_counter()) < begun + seconds:
            wallet = purse[number % WALLETS_EACH]
            at, fact = datetime.now(UTC), uuid5(wallet.id, str(wallet.version))
            wallet.debit(fact, HOT if number % 2 else fact, 1 + number % 97, WhyDebited.SERVICE, at)
            number += 1
            receipt = await committer.append(_save(wallet, fact.hex, at))
            last = max(last, receipt.position)
            latencies.append(perf_counter() - started)

    await asyncio.gather(*[client(purse) for purse in purses])
    await asyncio.to_thread(auditor.finish, last)
    elapsed = perf_counter() - begun
    await committer.close()
    rows = {(TENANT, ledger.wallet_of(w.customer_id), "INR"): -w.balance_minor for purse in purses for w in purse}
    journal = checkers[2].balances
    wrong = sum(journal[name] != balance for name, balance in rows.items())
    hot = -journal[TENANT, ledger.advance_for(HOT), "INR"]
    return Round(len(latencies), elapsed, latencies, auditor.broken + wrong, hot)


def run(*, quick: bool, say: Callable[[str], None]) -> Report:
    """Rounds of ours and of rows under a lock in turn; ``quick`` is shorter and as honest, only noisier."""
    rounds, seconds = (3, 1.5) if quick else (7, 3.0)
    ours: list[Round] = []
    theirs: list[float] = []
    with bench_server() as server:
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}: rows under a lock")
            theirs.append(locked_rows(server.admin_dsn, IN_FLIGHT, seconds))
            say(f"round {number + 1} of {rounds}: guarded transfers")
            ours.append(uvloop.run(_transfers(server.app_dsn, seconds)))
    return Report(
        bench="ledger",
        machine=machine(),
        setting={"rounds": rounds, "seconds": seconds, "in_flight": IN_FLIGHT, "wallets": IN_FLIGHT * WALLETS_EACH},
        figures=_figures(ours, theirs),
        bars=_bars(ours),
    )


def _rates(ours: list[Round]) -> list[float]:
    return [each.transfers / each.seconds for each in ours]


def _figures(ours: list[Round], theirs: list[float]) -> dict[str, object]:
    latencies = [value for each in ours for value in each.latencies]
    return {
        "guarded_transfers": {"per_s": round(statistics.median(_rates(ours))), **summary(latencies)},
        "locked_rows_per_s": round(statistics.median(theirs)),
        "x_locked_rows": round(median_ratio(_rates(ours), theirs), 2),
        "on_the_hot_account_minor": sum(each.hot_minor for each in ours),
    }


def _bars(ours: list[Round]) -> list[Bar]:
    return [
        at_least("ledger_guarded_transfers_per_s", statistics.median(_rates(ours)), 5_000),
        at_most("ledger_invariants_broken", sum(each.broken for each in ours), 0),
    ]
