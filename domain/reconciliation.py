"""Do log, ledger, gateway and bank tell the same? A pure comparison of four bookkeepers, entity by entity.

What the gateway has for us is booked on its clearing account: each of its entities (``pay_...``, ``rfnd_...``,
``disp_...``) is the second word of the ids of the transfers that book it. A settlement is the sum of its rows, is what
our books moved to the bank, and is a line of the bank's statement under the same reference.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.ledger import BANK, CHARGEBACK, CLEARING, DISPUTE_HELD, Leg

SETTLED = "stl"
PAID_OUT = "po"
DISPUTED = "dsp"
BACK = "won"
"""What a bank gave back of a dispute is a row of its own, weeks after the one that took it."""


class Differing(StrEnum):
    """Between whom, and in what, there is a difference."""

    LOG_AND_LEDGER = "log_and_ledger"
    """an account of the ledger is not what the log's transfers make"""
    UNKNOWN_TO_US = "unknown_to_us"
    """the gateway has settled something that our books do not have"""
    NOT_SETTLED = "not_settled"
    """our books have had something for so long that the gateway should have settled it"""
    ANOTHER_AMOUNT = "another_amount"
    """both have it, with different amounts"""
    SUM_OF_ROWS = "sum_of_rows"
    """a settlement is not what its rows come to"""
    NOT_BOOKED = "not_booked"
    """a settlement, or its whole amount, is not in our books"""
    NOT_IN_BANK = "not_in_bank"
    """the bank's statement does not have it under that reference, or not that much"""
    UNKNOWN_IN_BANK = "unknown_in_bank"
    """the bank's statement has something that neither a settlement nor a payout explains"""
    PAYOUT_DIFFERS = "payout_differs"
    """what our books paid out is not what the gateway paid out"""
    DISPUTE_DIFFERS = "dispute_differs"
    """what our books have as held back or lost by a dispute is not what the gateway took for it"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree, with what each side has, in minor units."""

    kind: Differing
    subject: str
    ours_minor: int
    theirs_minor: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A transfer that our books have, with its legs in one currency."""

    transfer_id: str
    legs: tuple[Leg, ...]

    @property
    def fact(self) -> str:
        """What sort of fact it books: ``cap``, ``fee``, ``stl``."""
        return self.transfer_id.partition(":")[0]

    @property
    def entity(self) -> str:
        """What it is about, by the name that the gateway gave it."""
        _, name, *then = self.transfer_id.split(":")
        return given_back(name) if self.fact == DISPUTED and then[:1] == [BACK] else name

    def on(self, account: str) -> int:
        """What it debits an account with."""
        return sum(leg.amount_minor for leg in self.legs if leg.account == account)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a settlement; ``net_minor`` is its credit less its debit."""

    settlement_id: str
    entity: str
    net_minor: int


@dataclass(frozen=True, slots=True)
class SettledSum:
    """What the gateway paid to the bank in one sum, under the bank's reference."""

    settlement_id: str
    amount_minor: int
    bank_reference: str


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line of the bank's statement: money that came is positive."""

    bank_reference: str
    amount_minor: int


def given_back(dispute: str) -> str:
    """What a bank gave back of a dispute, as a thing of its own."""
    return f"{dispute}:{BACK}"


def balances_of(posted: Iterable[Posted]) -> dict[str, int]:
    """How every account stands by these transfers; those that are empty are left out."""
    found: dict[str, int] = defaultdict(int)
    for each in posted:
        for leg in each.legs:
            found[leg.account] += leg.amount_minor
    return {account: amount for account, amount in found.items() if amount}


def log_and_ledger(log: Iterable[Posted], ledger: Mapping[str, int]) -> list[Difference]:
    """Whether the ledger's balances are what the log's transfers make of them."""
    made = balances_of(log)
    accounts = sorted(made.keys() | ledger.keys())
    return [
        Difference(Differing.LOG_AND_LEDGER, account, ledger.get(account, 0), made.get(account, 0))
        for account in accounts
        if ledger.get(account, 0) != made.get(account, 0)
    ]


def ledger_and_gateway(posted: Iterable[Posted], rows: Iterable[Row], overdue: frozenset[str]) -> list[Difference]:
    """Whether each entity that was settled is in our books with that amount, and nothing ``overdue`` is missing."""
    ours: dict[str, int] = defaultdict(int)
    theirs: dict[str, int] = defaultdict(int)
    for each in posted:
        if each.fact != SETTLED and each.on(CLEARING):
            ours[each.entity] += each.on(CLEARING)
    for row in rows:
        theirs[row.entity] += row.net_minor
    found = []
    for entity in sorted(theirs):
        if entity not in ours:
            found.append(Difference(Differing.UNKNOWN_TO_US, entity, 0, theirs[entity]))
        elif ours[entity] != theirs[entity]:
            found.append(Difference(Differing.ANOTHER_AMOUNT, entity, ours[entity], theirs[entity]))
    late = sorted(entity for entity in overdue - theirs.keys() if ours.get(entity, 0))
    return found + [Difference(Differing.NOT_SETTLED, entity, ours[entity], 0) for entity in late]


def settlements_agree(
    posted: Iterable[Posted], settlements: Iterable[SettledSum], rows: Iterable[Row]
) -> list[Difference]:
    """Whether each settlement is the sum of its rows, and what our books moved to the bank for it."""
    booked: dict[str, int] = defaultdict(int)
    sums: dict[str, int] = defaultdict(int)
    for each in posted:
        if each.fact == SETTLED:
            booked[each.entity] += each.on(BANK)
    for row in rows:
        sums[row.settlement_id] += row.net_minor
    found = []
    for settled in settlements:
        name, amount = settled.settlement_id, settled.amount_minor
        if sums[name] != amount:
            found.append(Difference(Differing.SUM_OF_ROWS, name, sums[name], amount))
        if booked[name] != amount:
            found.append(Difference(Differing.NOT_BOOKED, name, booked[name], amount))
    return found


def gateway_and_bank(
    settlements: Iterable[SettledSum], paid_out: Mapping[str, int], lines: Iterable[BankLine]
) -> list[Difference]:
    """Whether the bank has every settlement and payout under its reference, and nothing else.

    ``paid_out`` is what went out by the bank's reference, as positive amounts.
    """
    wanted = {each.bank_reference: each.amount_minor for each in settlements}
    wanted |= {reference: -amount for reference, amount in paid_out.items()}
    in_bank: dict[str, int] = defaultdict(int)
    for line in lines:
        in_bank[line.bank_reference] += line.amount_minor
    found = [
        Difference(Differing.NOT_IN_BANK, reference, amount, in_bank.get(reference, 0))
        for reference, amount in sorted(wanted.items())
        if in_bank.get(reference, 0) != amount
    ]
    strange = sorted(in_bank.keys() - wanted.keys())
    return found + [Difference(Differing.UNKNOWN_IN_BANK, each, 0, in_bank[each]) for each in strange]


def payouts_agree(posted: Iterable[Posted], theirs: Mapping[str, int]) -> list[Difference]:
    """Whether each payout took from our bank what the gateway says that it took; nothing when reversed."""
    ours: dict[str, int] = defaultdict(int)
    for each in posted:
        if each.fact == PAID_OUT:
            ours[each.entity] -= each.on(BANK)
    return [
        Difference(Differing.PAYOUT_DIFFERS, each, ours.get(each, 0), theirs.get(each, 0))
        for each in sorted(ours.keys() | theirs.keys())
        if ours.get(each, 0) != theirs.get(each, 0)
    ]


def disputes_agree(posted: Iterable[Posted], theirs: Mapping[str, int]) -> list[Difference]:
    """Whether of each dispute that the gateway tells of our books have as much held back or lost as it took."""
    ours: dict[str, int] = defaultdict(int)
    for each in posted:
        if each.fact == DISPUTED:
            # What the gateway kept for itself is no part of what it took for the bank.
            ours[each.entity.partition(":")[0]] += each.on(DISPUTE_HELD) + each.on(CHARGEBACK)
    return [
        Difference(Differing.DISPUTE_DIFFERS, each, ours.get(each, 0), theirs[each])
        for each in sorted(theirs)
        if ours.get(each, 0) != theirs[each]
    ]
