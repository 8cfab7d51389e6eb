"""Do the books hold at every position of a log? A second bookkeeper that looks at nothing but the legs.

It also lets every invariant of ``domain.ledger.invariants`` look at each event.

M1: legs sum to nothing per currency at every position. M2: what a wallet has available is never below nothing.
M3: the balance that a wallet tells is what its journal says. M8: the numbers of a series are 1 to n without a gap.
M9: two halves of a tax are equal, and the lines of a bill make its total.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec

from domain import ledger
from domain.ledger.invariants import Seen, whole_watch
from projections.money import BOOKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from application.log import LoggedEvent


ISSUED = ("invoice.issued", "credit_note.issued", "receipt_voucher.issued", "refund_voucher.issued")
ABOUT_MONEY = ("wallet.", "ledger_account.", "payment.", "invoice.", "invoice_series.", *ISSUED, *BOOKS)


class Books:
    """Takes event after event, and complains at the first that does not hold."""

    def __init__(self) -> None:
        self.balances: dict[tuple[str, str, str], int] = defaultdict(int)
        self.transfers: set[tuple[str, str]] = set()
        self.held: dict[tuple[UUID, str], int] = {}
        self.wallets: dict[UUID, int] = defaultdict(int)
        self.numbers: dict[UUID, list[UUID]] = defaultdict(list)
        self.bills: dict[UUID, dict[str, Any]] = {}
        self.unnumbered: set[UUID] = set()
        self.postings = 0
        self.watch = whole_watch()

    def take(self, event: LoggedEvent) -> None:
        """One more event of the log; what is not about money is passed over."""
        if not event.topic.startswith(ABOUT_MONEY):
            return
        told = msgspec.json.decode(event.payload)
        at = event.occurred_at
        seen = Seen(event.position, event.tenant, event.stream_id, event.version, event.topic, at, told)
        assert self.watch.take(seen) == []
        if "legs" in told:
            self._post(event, told)
        if event.topic.startswith("wallet."):
            self._keep(event, told)
        if event.topic == "invoice_series.number_taken":
            self._number(event, UUID(told["invoice_id"]))
        if event.topic in ISSUED:
            self._bill(event, told)

    def balance(self, account: str, tenant: str = "demo", currency: str = "INR") -> int:
        """Debits less credits of an account."""
        return self.balances[tenant, account, currency]

    def open_accounts(self, currency: str = "INR") -> dict[str, int]:
        """Every account that is not empty."""
        return {name: sum_ for (_, name, unit), sum_ in self.balances.items() if sum_ and unit == currency}

    def _post(self, event: LoggedEvent, told: dict[str, Any]) -> None:
        legs = told["legs"]
        assert legs, "a transfer without legs"
        assert sum(leg["amount_minor"] for leg in legs) == 0, f"M1 at {event.position}"
        assert (event.tenant, told["transfer_id"]) not in self.transfers, f"{told['transfer_id']} was booked twice"
        self.transfers.add((event.tenant, told["transfer_id"]))
        self.postings += len(legs)
        for leg in legs:
            self.balances[event.tenant, leg["account"], told["currency"]] += leg["amount_minor"]

    def _keep(self, event: LoggedEvent, told: dict[str, Any]) -> None:
        wallet = event.stream_id
        what = event.topic.removeprefix("wallet.")
        if what == "hold_placed":
            self.held[wallet, told["hold_id"]] = told["amount_minor"]
        elif what in {"hold_captured", "hold_released"}:
            kept = self.held.pop((wallet, told["hold_id"]))
            assert kept == told["amount_minor"] + told.get("released_minor", 0)
        if "balance_minor" in told:
            account = ledger.wallet_of(UUID(told["customer_id"]))
            self.wallets[wallet] = -self.balances[event.tenant, account, told["currency"]]
            assert self.wallets[wallet] == told["balance_minor"], f"M3 at {event.position}"
        kept_for_jobs = sum(amount for (of, _), amount in self.held.items() if of == wallet)
        assert self.wallets[wallet] - kept_for_jobs >= 0, f"M2 at {event.position}"

    def _bill(self, event: LoggedEvent, told: dict[str, Any]) -> None:
        taxes = {line["kind"]: line["amount_minor"] for line in told["tax_lines"]}
        assert taxes.get("tax_cgst", 0) == taxes.get("tax_sgst", 0), f"M9 at {event.position}"
        assert not (taxes.get("tax_igst") and taxes.get("tax_cgst")), f"M9 at {event.position}"
        assert sum(line["amount_minor"] for line in told["lines"] + told["tax_lines"]) == told["total_minor"]
        assert told["net_minor"] + told["tax_minor"] == told["total_minor"]
        self.bills[event.stream_id] = told
        self.unnumbered.add(event.stream_id)

    def _number(self, event: LoggedEvent, invoice_id: UUID) -> None:
        taken = self.numbers[event.stream_id]
        taken.append(invoice_id)
        assert event.version == len(taken), f"M8 at {event.position}: a number was skipped or taken twice"
        self.unnumbered.remove(invoice_id)

    def end_save(self) -> None:
        """Nothing of a save is left open: every bill has its number."""
        assert not self.unnumbered, "a bill without a number"


def audited(events: Iterable[LoggedEvent]) -> Books:
    """The books after a whole history, checked at every position of it."""
    books = Books()
    for event in events:
        books.take(event)
    books.end_save()
    return books
