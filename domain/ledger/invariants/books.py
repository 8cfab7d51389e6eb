"""M1 to M3: does everything sum to nothing, is nothing overdrawn, is every balance the sum of its journal?"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.ledger.chart import is_guarded, wallet_of
from domain.ledger.invariants.seen import Seen
from domain.money import ASSETS

Account = tuple[str, str, str]
"""Tenant, account and asset."""
Hold = tuple[int, datetime | None]
"""How much is kept, and until when at the latest; None: until somebody says so."""

_WALLET_ENDS: Final = frozenset({"wallet.hold_captured", "wallet.hold_released"})
_ACCOUNT_ENDS: Final = frozenset({"ledger_account.hold_posted", "ledger_account.hold_ended"})


class Conserved:
    """M1: every transfer, and with it every asset of every tenant over all accounts, sums to nothing."""

    name = "M1"

    def __init__(self) -> None:
        self.totals: dict[tuple[str, str], int] = defaultdict(int)

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        if "legs" not in seen.told:
            return
        legs, asset = seen.legs, seen.text("currency")
        total = sum(amount for _, amount in legs)
        self.totals[seen.tenant, asset] += total
        if total != 0 or self.totals[seen.tenant, asset] != 0:
            yield f"{seen.text('transfer_id')} leaves {self.totals[seen.tenant, asset]} {asset}"
        if len({account for account, _ in legs}) != len(legs) or len(legs) < 2 or not all(each[1] for each in legs):
            yield f"{seen.text('transfer_id')} has legs of nothing, too few, or an account twice"
        if asset not in ASSETS:
            yield f"{asset} is no asset"


class Covered:
    """M2: no guarded account is kept for or has given more than it has, at any position."""

    name = "M2"

    def __init__(self) -> None:
        self.balances: dict[Account, int] = defaultdict(int)
        self.holds: dict[Account, dict[str, Hold]] = defaultdict(dict)

    def available(self, account: Account, at: datetime) -> int:
        """What the account has to give at an instant."""
        kept = sum(amount for amount, until in self.holds[account].values() if until is None or until > at)
        return -self.balances[account] - kept

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        asset = seen.text("currency")
        touched: set[Account] = set()
        for name, amount in seen.legs:
            if is_guarded(name):
                account = (seen.tenant, name, asset)
                self.balances[account] += amount
                touched.add(account)
        kept = self._holds_of(seen, asset)
        if kept is not None:
            touched.add(kept)
        for account in touched:
            if self.available(account, seen.at) < 0:
                yield f"{account[1]} has {self.available(account, seen.at)} {asset} available"

    def _holds_of(self, seen: Seen, asset: str) -> Account | None:
        """The account whose holds the event changes."""
        what = seen.topic
        if what.startswith("wallet.hold_"):
            account = (seen.tenant, wallet_of(UUID(seen.text("customer_id"))), asset)
            hold, until = seen.text("hold_id"), None
        elif what.startswith("ledger_account.h"):
            account = (seen.tenant, seen.text("account"), asset)
            hold = seen.text("transfer_id").removesuffix(":post")
            until = seen.instant("expires_at") if what == "ledger_account.held" else None
        else:
            return None
        if what in _WALLET_ENDS or what in _ACCOUNT_ENDS:
            self.holds[account].pop(hold, None)
        else:
            self.holds[account][hold] = (seen.whole("amount_minor"), until)
        return account


class Journaled:
    """M3: a balance that an event tells is the sum of the legs before it and its own."""

    name = "M3"

    def __init__(self) -> None:
        self.balances: dict[Account, int] = defaultdict(int)

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        asset = seen.text("currency")
        for account, amount in seen.legs:
            self.balances[seen.tenant, account, asset] += amount
        for name, told in _told_balances(seen):
            if -self.balances[seen.tenant, name, asset] != told:
                yield f"{name} is told to have {told}, its journal says {-self.balances[seen.tenant, name, asset]}"

    def against(self, rows: Mapping[Account, int]) -> list[str]:
        """What a read model or a snapshot says that the journal does not; rows of empty accounts may be missing."""
        names = {name for name, balance in self.balances.items() if balance} | rows.keys()
        return [
            f"{name[1]} has {rows.get(name, 0)} {name[2]}, its journal says {self.balances.get(name, 0)}"
            for name in sorted(names)
            if rows.get(name, 0) != self.balances.get(name, 0)
        ]


def _told_balances(seen: Seen) -> Iterator[tuple[str, int]]:
    if seen.topic.startswith("wallet.") and "balance_minor" in seen.told:
        yield wallet_of(UUID(seen.text("customer_id"))), seen.whole("balance_minor")
    if seen.topic.startswith("ledger_account.") and "posted_minor" in seen.told:
        yield seen.text("account"), seen.whole("posted_minor")


class BookedOnce:
    """M6 and M7 as far as the books can tell: no fact is booked twice, whoever told of it how often."""

    name = "M6"

    def __init__(self) -> None:
        self.known: set[tuple[str, str]] = set()

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        if "legs" not in seen.told:
            return
        fact = (seen.tenant, seen.text("transfer_id"))
        if fact in self.known:
            yield f"{fact[1]} was booked twice"
        self.known.add(fact)
