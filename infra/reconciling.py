"""From where do log, ledger, gateway and bank tell what they have, and does it agree?"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final, cast
from zoneinfo import ZoneInfo

import msgspec

from application.gateway import Confirmed
from domain.ledger import CLEARING, Leg
from domain.money import EXPONENTS
from domain.reconciliation import (
    BankLine,
    Difference,
    Posted,
    Row,
    SettledSum,
    disputes_agree,
    gateway_and_bank,
    given_back,
    ledger_and_gateway,
    log_and_ledger,
    payouts_agree,
    settlements_agree,
)
from projections.money import BOOKS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import psycopg

    from application.gateway import SettlementBooks, SettlementRow
    from application.gateway_payouts import DisputeDesk, PayoutBank

    Connection = psycopg.Connection[tuple[object, ...]]

INDIA: Final = ZoneInfo("Asia/Kolkata")
CURRENCY: Final = "INR"
# Two working days, a weekend with a free Saturday, and a bank holiday: after a week it should be settled.
OVERDUE_AFTER: Final = timedelta(days=7)
# The longest period of one look: each day is a question to the gateway.
MOST_DAYS: Final = 31
COLUMNS: Final = ("date", "reference", "amount")

POSITION: Final = "SELECT position FROM projection_positions WHERE name = 'ledger_balances' AND active"
TOLD: Final = """
SELECT occurred_at, payload FROM events WHERE topic = ANY (%s) AND position <= %s ORDER BY position
"""
STANDING: Final = """
SELECT account, sum(balance_minor)::bigint FROM ledger_balances WHERE currency = %s GROUP BY account
"""
PAID_OUT: Final = """
SELECT gateway_payout FROM payouts
 WHERE gateway_payout IS NOT NULL AND created_at >= %s AND created_at < %s ORDER BY created_at
"""


class BadStatement(Exception):
    """The bank's statement cannot be read; the message names the line."""


class NobodyTold(Exception):
    """The gateway did not answer: nothing can be said of it."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """How much was compared, and everything that differs; ``bank_lines`` is None when no statement was given."""

    differences: tuple[Difference, ...]
    transfers: int
    rows: int
    settlements: int
    payouts: int
    bank_lines: int | None
    disputes: int = 0


@dataclass
class _Books:
    """Our transfers, and when each of the gateway's entities first came to our clearing account."""

    posted: list[Posted] = field(default_factory=list)
    since: dict[str, datetime] = field(default_factory=dict)
    standing: dict[str, int] = field(default_factory=dict)
    payouts: list[str] = field(default_factory=list)

    def take(self, at: datetime, payload: bytes) -> None:
        told = msgspec.json.decode(payload)
        if told["currency"] != CURRENCY:
            return
        legs = tuple(Leg(leg["account"], leg["amount_minor"]) for leg in told["legs"])
        each = Posted(told["transfer_id"], legs)
        self.posted.append(each)
        if each.on(CLEARING):
            self.since.setdefault(each.entity, at)


@dataclass
class _Theirs:
    """What the gateway has settled and paid out."""

    rows: list[Row] = field(default_factory=list)
    sums: list[SettledSum] = field(default_factory=list)
    asked: frozenset[str] = frozenset()
    paid_out: dict[str, int] = field(default_factory=dict)
    by_reference: dict[str, int] = field(default_factory=dict)
    deducted: dict[str, int] = field(default_factory=dict)


def reconcile(
    connection: Connection,
    settlements: SettlementBooks,
    bank: PayoutBank,
    begin: date,
    end: date,
    statement: Sequence[BankLine] | None,
    desk: DisputeDesk | None = None,
) -> Reconciled:
    """Compare everything; the gateway is asked for the days from ``begin`` until ``end`` included.

    What was settled before ``begin`` is not missed: it is overdue only when our books have it since the period began.
    Raises NobodyTold when the gateway does not answer.
    """
    first, last = _midnight(begin), _midnight(end + timedelta(days=1))
    ours = _read_books(connection, first, last)
    theirs = _ask(settlements, bank, ours.payouts, begin, end)
    theirs.deducted = {} if desk is None else _deducted(desk, first, last)
    overdue = frozenset(name for name, since in ours.since.items() if first <= since < last - OVERDUE_AFTER)
    asked = [each for each in ours.posted if each.entity in theirs.asked]
    found = log_and_ledger(ours.posted, ours.standing)
    found += ledger_and_gateway(_settled_or_overdue(ours.posted, theirs, overdue), theirs.rows, overdue)
    found += settlements_agree(ours.posted, theirs.sums, theirs.rows)
    found += payouts_agree(asked, theirs.paid_out)
    found += disputes_agree(ours.posted, theirs.deducted)
    if statement is not None:
        found += gateway_and_bank(theirs.sums, theirs.by_reference, statement)
    lines = None if statement is None else len(statement)
    counts = (len(ours.posted), len(theirs.rows), len(theirs.sums), len(theirs.paid_out), lines, len(theirs.deducted))
    return Reconciled(tuple(found), *counts)


def read_statement(path: Path) -> list[BankLine]:
    """The bank's statement: a CSV file with the columns date, reference and amount, such as ``-405.90``.

    Raises BadStatement.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if not set(COLUMNS) <= set(reader.fieldnames or ()):
                raise BadStatement(f"{path} has no columns {', '.join(COLUMNS)}")
            return [
                BankLine(line["reference"].strip(), _minor(line["amount"], number)) for number, line in _kept(reader)
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadStatement(f"{path} cannot be read: {error}") from error


def _kept(reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, line in enumerate(reader, start=2):
        if any((value or "").strip() for value in line.values() if not isinstance(value, list)):
            yield number, {name: line[name] or "" for name in COLUMNS}


def _minor(text: str, number: int) -> int:
    """An amount as a bank writes it, in minor units: no float comes near it."""
    digits = EXPONENTS[CURRENCY]
    whole, point, part = text.strip().replace(",", "").partition(".")
    sign = -1 if whole.startswith("-") else 1
    bare = whole.lstrip("+-")
    if not bare.isascii() or not bare.isdigit() or (point and not part.isascii()) or len(part) > digits:
        raise BadStatement(f"line {number}: {text!r} is no amount")
    if part and not part.isdigit():
        raise BadStatement(f"line {number}: {text!r} is no amount")
    return sign * int(bare + part.ljust(digits, "0"))


def _read_books(connection: Connection, first: datetime, last: datetime) -> _Books:
    """Log and ledger as of one position: both in one transaction."""
    books = _Books()
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        row = connection.execute(POSITION).fetchone()
        upto = cast("int", row[0]) if row else 0
        for at, payload in connection.execute(TOLD, ([*BOOKS], upto)):
            books.take(cast("datetime", at), cast("bytes", payload))
        standing = connection.execute(STANDING, (CURRENCY,)).fetchall()
        books.standing = {cast("str", account): cast("int", amount) for account, amount in standing}
        found = connection.execute(PAID_OUT, (first, last)).fetchall()
        books.payouts = [cast("str", payout) for (payout,) in found]
    return books


def _ask(settlements: SettlementBooks, bank: PayoutBank, payouts: Sequence[str], begin: date, end: date) -> _Theirs:
    theirs = _Theirs(asked=frozenset(payouts))
    day = begin
    while day <= end:
        told = settlements.settlement_rows(day)
        if not isinstance(told, Confirmed):
            raise NobodyTold(f"the gateway does not say what it settled on {day}")
        theirs.rows += [Row(row.settlement_id, _entity(row), row.credit_minor - row.debit_minor) for row in told.value]
        day += timedelta(days=1)
    sums = settlements.settlements(_midnight(begin), _midnight(end + timedelta(days=1)))
    if not isinstance(sums, Confirmed):
        raise NobodyTold("the gateway does not say which settlements it made")
    theirs.sums = [SettledSum(each.settlement_id, each.amount_minor, each.bank_reference) for each in sums.value]
    for name in payouts:
        paid = bank.payout(name)
        if not isinstance(paid, Confirmed):
            raise NobodyTold(f"the gateway does not say what became of {name}")
        if paid.value.status == "processed":
            taken = paid.value.amount_minor + paid.value.fee_minor
            theirs.paid_out[name] = taken
            theirs.by_reference[paid.value.bank_reference or name] = taken
    return theirs


def _entity(row: SettlementRow) -> str:
    """What a row is about: what is given back of a dispute is a thing of its own."""
    return given_back(row.entity_id) if row.kind == "adjustment" and row.credit_minor else row.entity_id


def _deducted(desk: DisputeDesk, first: datetime, last: datetime) -> dict[str, int]:
    """What the gateway took for each dispute that was raised in the period."""
    told = desk.disputes(first, last)
    if not isinstance(told, Confirmed):
        raise NobodyTold("the gateway does not say which disputes there are")
    return {each.dispute_id: each.deducted_minor for each in told.value}


def _settled_or_overdue(posted: Sequence[Posted], theirs: _Theirs, overdue: frozenset[str]) -> list[Posted]:
    """Transfers about what is compared; what is not settled yet, and not late, is nobody's mistake."""
    wanted = {row.entity for row in theirs.rows} | overdue
    return [each for each in posted if each.entity in wanted]


def _midnight(day: date) -> datetime:
    """When a day of India begins."""
    return datetime.combine(day, time(), INDIA).astimezone(UTC)
