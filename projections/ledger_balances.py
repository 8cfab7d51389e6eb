"""How does every account stand? One row per account and currency; one that is empty again has none."""

from __future__ import annotations

from datetime import datetime

from projections.fact import Fact
from projections.money import BOOKS, LegTold, legs_of
from projections.read_model import Key, ReadModel, Row


class BalanceRow(Row, frozen=True, gc=False):
    """The sum of an account's legs: positive is a debit balance, negative a credit balance."""

    tenant: str
    account: str
    currency: str
    balance_minor: int
    position: int
    updated_at: datetime


ledger_balances = ReadModel("ledger_balances", BalanceRow, version=1, key=("tenant", "account", "currency"))


def _key(fact: Fact, leg: LegTold) -> Key:
    return (fact.tenant, leg.account, fact.text("currency"))


def _moved(row: BalanceRow | None, fact: Fact, leg: LegTold) -> BalanceRow | None:
    balance = (row.balance_minor if row else 0) + leg.amount_minor
    if balance == 0:
        return None
    return BalanceRow(fact.tenant, leg.account, fact.text("currency"), balance, fact.position, fact.occurred_at)


for _topic in BOOKS:
    ledger_balances.each(_topic, legs_of, _key)(_moved)
