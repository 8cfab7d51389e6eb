"""Do the books balance in production? Every minute somebody looks at the log again, and at what was folded from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import msgspec
import psycopg
from prometheus_client import Counter, Gauge

from domain.ledger.chart import MOVED_BY_FACTS, SUSPENSE
from domain.ledger.invariants import IN_PRODUCTION, Conserved, Covered, Seen, Watch
from infra.database_url import app_dsn
from infra.telemetry.logging import log
from infra.telemetry.metrics import REGISTRY
from projections.money import BOOKS

if TYPE_CHECKING:
    import threading
    from datetime import datetime
    from uuid import UUID

    from infra.settings import Settings

    Connection = psycopg.Connection[tuple[object, ...]]
    _Moving = tuple[int, str, UUID, int, str, datetime, bytes]

# 20,000 positions at a time: some tens of milliseconds, so that a first look at a long log holds nobody up.
AT_ONCE: Final = 20_000
PAUSE_S: Final = 0.05
# Enough to find the fault by; more would fill a log line.
MOST_NAMED: Final = 10

HEAD: Final = "SELECT coalesce(max(position), 0) FROM events"
MOVING: Final = """
SELECT position, tenant, stream_id, version, topic, occurred_at, payload FROM events
 WHERE position > %s AND position <= %s AND topic = ANY (%s) ORDER BY position
"""
KEEPING: Final = (
    "wallet.hold_placed", "wallet.hold_released", "ledger_account.held", "ledger_account.hold_ended"
)  # fmt: skip
"""Topics that book nothing and change what is available."""
IN_TOTAL: Final = (
    "SELECT tenant, currency, sum(balance_minor)::text FROM ledger_balances GROUP BY tenant, currency"
    " HAVING sum(balance_minor) <> 0"
)
ON_WRONG_SIDE: Final = (
    "SELECT tenant, account, currency, balance_minor FROM ledger_balances"
    " WHERE account = %s AND balance_minor <> 0 OR account LIKE ANY (%s) AND"
    " CASE WHEN account LIKE 'A:%%' THEN balance_minor < 0 ELSE balance_minor > 0 END ORDER BY 1, 2, 3"
)
OVERDRAWN: Final = "SELECT wallet_id::text FROM wallets WHERE balance_minor < held_minor OR held_minor < 0"
BY_KIND: Final = (
    "SELECT tenant, currency, left(account, 1), sum(balance_minor)::text, count(*) FROM ledger_balances"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)
BUILT: Final = "SELECT to_regclass('ledger_balances') IS NOT NULL AND to_regclass('wallets') IS NOT NULL"

checks = Counter("vehicaid_ledger_checks", "Checks that the books balance.", registry=REGISTRY)
checked_position = Gauge(
    "vehicaid_ledger_checked_position", "Up to where every transfer of the log was looked at.", registry=REGISTRY
)
unbalanced = Gauge(
    "vehicaid_ledger_unbalanced",
    "Transfers of the log, and currencies over all accounts, that do not sum to nothing; must be 0 (M1).",
    registry=REGISTRY,
)
overdrawn = Gauge(
    "vehicaid_wallets_overdrawn",
    "Wallets, and positions at which a guarded account, gave or are kept for more than they have; must be 0 (M2).",
    registry=REGISTRY,
)
cases = Gauge(
    "vehicaid_ledger_cases",
    "Accounts that follow facts and stand on their wrong side: to reconcile.",
    registry=REGISTRY,
)


@dataclass
class Findings:
    """What is wrong: positions of transfers and of overdrafts, currencies of tenants, wallets. Nothing, as a rule.

    ``cases`` are nobody's fault: facts came in another order than they happened, or one is missing.
    """

    positions: list[int] = field(default_factory=list)
    overdrafts: list[int] = field(default_factory=list)
    totals: list[str] = field(default_factory=list)
    wallets: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.positions or self.overdrafts or self.totals or self.wallets)


@dataclass(frozen=True, slots=True)
class Standing:
    """One tenant's accounts in one currency, summed up by what they are (A, L, I, E); all of it makes nothing."""

    tenant: str
    currency: str
    by_kind: dict[str, int]
    accounts: int

    def as_json(self) -> dict[str, object]:
        """For machines."""
        return {
            "tenant": self.tenant,
            "currency": self.currency,
            "by_kind": self.by_kind,
            "sum_minor": sum(self.by_kind.values()),
            "accounts": self.accounts,
        }


class Bookkeeper:
    """Looks at each transfer and hold of the log once, and at all balances each time; remembers what it found wrong."""

    def __init__(self) -> None:
        self.position = 0
        self.findings = Findings()
        self._watch = Watch(checker() for checker in IN_PRODUCTION)

    def check(self, connection: Connection, stop: threading.Event | None = None) -> Findings:
        """Everything up to the head of the log; what was wrong once stays wrong, since the log does not change."""
        head = _one(connection, HEAD)
        while self.position < head and not (stop is not None and stop.is_set()):
            upto = min(head, self.position + AT_ONCE)
            found = connection.execute(MOVING, (self.position, upto, [*BOOKS, *KEEPING])).fetchall()
            for row in found:
                self._look_at(cast("_Moving", row))
            self.position = upto
            if stop is not None and upto < head:
                stop.wait(PAUSE_S)
        if connection.execute(BUILT).fetchone() == (True,):
            totals = connection.execute(IN_TOTAL).fetchall()
            self.findings.totals = [f"{tenant} {amount} {currency}" for tenant, currency, amount in totals]
            self.findings.wallets = [str(wallet) for (wallet,) in connection.execute(OVERDRAWN).fetchall()]
            moved = [f"{account}%" for account in MOVED_BY_FACTS]
            wrong = connection.execute(ON_WRONG_SIDE, (SUSPENSE, moved)).fetchall()
            self.findings.cases = [f"{tenant} {account}: {amount} {asset}" for tenant, account, asset, amount in wrong]
        return self.findings

    def _look_at(self, row: _Moving) -> None:
        """M1 and M2 at one position."""
        position, tenant, stream_id, version, topic, at, payload = row
        seen = Seen(position, tenant, stream_id, version, topic, at, msgspec.json.decode(payload))
        broken = {each.invariant for each in self._watch.take(seen)}
        if Conserved.name in broken:
            self.findings.positions.append(position)
        if Covered.name in broken:
            self.findings.overdrafts.append(position)


def standing_of(connection: Connection) -> list[Standing]:
    """How the accounts of every tenant stand, in each currency."""
    if connection.execute(BUILT).fetchone() != (True,):
        return []
    found: dict[tuple[str, str], Standing] = {}
    for tenant, currency, kind, balance, accounts in connection.execute(BY_KIND).fetchall():
        key = (str(tenant), str(currency))
        before = found.get(key, Standing(*key, {}, 0))
        by_kind = before.by_kind | {str(kind): int(str(balance))}
        found[key] = Standing(*key, by_kind, before.accounts + cast("int", accounts))
    return list(found.values())


def run_bookkeeper(settings: Settings, stop: threading.Event) -> None:
    """Check every minute until told to stop: a background service of the projector process."""
    bookkeeper = Bookkeeper()
    dsn = app_dsn(settings, "vehicaid-bookkeeper")
    while not stop.is_set():
        with psycopg.connect(dsn, autocommit=True) as connection:
            _tell(bookkeeper.check(connection, stop), bookkeeper.position)
        stop.wait(settings.ledger_check_every_s)


def _tell(found: Findings, position: int) -> None:
    checks.inc()
    checked_position.set(position)
    unbalanced.set(len(found.positions) + len(found.totals))
    overdrawn.set(len(found.wallets) + len(found.overdrafts))
    cases.set(len(found.cases))
    if found:
        log(__name__).error(
            "books_do_not_balance",
            positions=found.positions[:MOST_NAMED],
            totals=found.totals[:MOST_NAMED],
            overdrafts=found.overdrafts[:MOST_NAMED],
            overdrawn_wallets=found.wallets[:MOST_NAMED],
        )
    if found.cases:
        log(__name__).warning("accounts_to_reconcile", cases=found.cases[:MOST_NAMED], count=len(found.cases))


def _one(connection: Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return cast("int", row[0]) if row else 0
