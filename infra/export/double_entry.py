"""How do our books read in the plain-text journals that other people's programs check (beancount, hledger)?

Every transfer of the log is one transaction, every account stands behind its tenant, and at the end stands what our
own read model says of each account, as an assertion: so the other program adds everything up by itself and compares.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO, cast

import msgspec

from domain.money import ASSETS, text_of
from infra.event_store import codec
from projections.fact import BadFact, Fact
from projections.ledger_balances import BalanceRow, ledger_balances
from projections.money import BOOKS

if TYPE_CHECKING:
    from application.log import LoggedEvent
    from projections.read_model import Key

KINDS = {"A": "Assets", "L": "Liabilities", "I": "Income", "E": "Expenses", "U": "Equity"}
"""Our first letters as the five kinds that every program knows; units are nobody's money, so they are none of four."""

FIRST_DAY = "1970-01-01"


class Judge(StrEnum):
    """Whose journal it is."""

    BEANCOUNT = "beancount"
    HLEDGER = "hledger"


class Told(msgspec.Struct):
    """The part of a payload that books."""

    transfer_id: str
    currency: str
    legs: list[ToldLeg]


class ToldLeg(msgspec.Struct):
    """One leg as the log has it, balanced or not: that is for the judge to say."""

    account: str
    amount_minor: int


def account_name(tenant: str, account: str) -> str:
    """An account as the programs want it: ``Liabilities:T-demo:Advance:X-1f..``; two of ours never share one."""
    kind, _, rest = account.partition(":")
    parts = [f"T-{_plain(tenant)}", *(_part(part) for part in rest.split(":"))]
    return ":".join((KINDS[kind], *parts))


def _part(part: str) -> str:
    return _plain(part) if part[:1].isupper() else f"X-{_plain(part)}"


def _plain(part: str) -> str:
    return "".join(sign if sign.isascii() and sign.isalnum() else f"-{ord(sign):x}-" for sign in part)


@dataclass
class Journal:
    """Writes one journal; ``take`` every event of the log in order, then ``end``."""

    judge: Judge
    out: TextIO
    tenant: str | None = None
    transfers: int = 0
    last_day: date = date(1970, 1, 1)
    opened: dict[str, set[str]] = field(default_factory=dict)
    balances: dict[Key, BalanceRow] = field(default_factory=dict)

    def take(self, event: LoggedEvent) -> None:
        """Write what the event books, if it does; one of another tenant is left out."""
        if event.topic not in BOOKS or self.tenant not in {None, event.tenant}:
            return
        told = msgspec.json.decode(event.payload, type=Told)
        day = event.occurred_at.date()
        self.last_day = max(self.last_day, day)
        self.transfers += 1
        head = f'* "{event.topic}" "{told.transfer_id}"' if self._bean else f"* {event.topic} {told.transfer_id}"
        note = f'  position: "{event.position}"' if self._bean else f"  ; position: {event.position}"
        self.out.write(f"\n{day} {head}\n{note}\n")
        for leg in told.legs:
            name = account_name(event.tenant, leg.account)
            self.opened.setdefault(name, set()).add(told.currency)
            self.out.write(f"  {name}  {self._amount(leg.amount_minor, told.currency)}\n")
        self._fold(event)

    def end(self) -> None:
        """Write which accounts there are, and how our read model says that each stands."""
        for name, assets in sorted(self.opened.items()):
            line = f"{FIRST_DAY} open {name} {','.join(sorted(assets))}" if self._bean else f"account {name}"
            self.out.write(f"\n{line}")
        self.out.write("\n")
        standing = {
            (account_name(row.tenant, row.account), row.currency): row.balance_minor for row in self.balances.values()
        }
        day = self.last_day + timedelta(days=1)
        if not self._bean and self.opened:
            self.out.write(f"\n{day} * what our balances say\n")
        for name in sorted(self.opened):
            for asset in sorted(self.opened[name]):
                self.out.write(self._assertion(day, name, asset, standing.get((name, asset), 0)))

    @property
    def _bean(self) -> bool:
        return self.judge is Judge.BEANCOUNT

    def _amount(self, amount_minor: int, asset: str) -> str:
        # hledger takes a commodity with anything but letters in it only in quotes.
        shown = asset if self._bean or asset.isalpha() else f'"{asset}"'
        return f"{text_of(amount_minor, asset)} {shown}"

    def _assertion(self, day: date, name: str, asset: str, balance_minor: int) -> str:
        if self._bean:  # without "~ 0" it would forgive the last digit
            return f"{day} balance {name} {text_of(balance_minor, asset)} ~ 0 {asset}\n"
        return f"  {name}  {self._amount(0, asset)} = {self._amount(balance_minor, asset)}\n"

    def _fold(self, event: LoggedEvent) -> None:
        """As the projector does it; what it would not take is missing here, too, and the judge will say so."""
        fact = Fact(
            event.position,
            event.tenant,
            event.stream_id,
            event.version,
            event.topic,
            event.payload,
            event.actor,
            event.occurred_at,
            codec.decode,
        )
        try:
            rules = ledger_balances.rules_for(fact)
        except BadFact:
            return
        for rule in rules:
            key = cast("Key", rule.key(fact))
            row = rule.fold(self.balances.get(key), fact)
            if row is None:
                self.balances.pop(key, None)
            else:
                self.balances[key] = row


def begin(judge: Judge, out: TextIO, tenant: str | None, upto: int) -> Journal:
    """A journal with its head written: what it holds, up to which position of the log."""
    out.write(f"; The books of {tenant or 'every tenant'} up to position {upto} of the log.\n")
    if judge is Judge.BEANCOUNT:
        out.write(f'option "title" "VehicAid up to position {upto}"\n')
    else:
        out.write("decimal-mark .\n")
        for asset, digits in sorted(ASSETS.items()):
            shown = asset if asset.isalpha() else f'"{asset}"'
            out.write(f"commodity 1000.{'0' * digits} {shown}\n")
    return Journal(judge, out, tenant)
