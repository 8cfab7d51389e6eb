"""M4, M5 and M10: do a payment's parts make what was captured, and do two bookkeepers agree on the gateway's money?

The terms are read off the accounts that the recipes book on, never off a stored field. An event that books for one
payment of the gateway names it as ``gateway_payment``; what names none is looked at for the whole tenant.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain.ledger import chart
from domain.ledger.invariants.seen import Seen

RESERVE_END = ":Reserve"


@dataclass(slots=True)
class Parts:
    """What became of captured money, in minor units; all of it is told by transfers on the gateway's accounts."""

    captured: int = 0
    fee: int = 0
    refunded: int = 0
    in_flight: int = 0
    in_dispute: int = 0
    charged_back: int = 0
    settled: int = 0
    clearing: int = 0

    @property
    def retained(self) -> int:
        """What is neither given back nor on its way back."""
        return self.captured - self.refunded - self.in_flight - self.in_dispute - self.charged_back

    @property
    def at_gateway(self) -> int:
        """What the gateway should have for us, by what it told."""
        gone = self.fee + self.refunded + self.in_dispute + self.charged_back + self.settled
        return self.captured - gone

    def take(self, legs: Mapping[str, int]) -> None:
        """One more transfer."""
        moved = legs.get(chart.CLEARING, 0)
        self.clearing += moved
        self.in_flight -= legs.get(chart.REFUND_IN_FLIGHT, 0)
        self.in_dispute += legs.get(chart.DISPUTE_HELD, 0)
        if moved == 0:
            # What is lost leaves what is held; what a bank gives back after all comes there again.
            self.charged_back -= legs.get(chart.DISPUTE_HELD, 0)
        elif chart.BANK in legs:
            self.settled -= moved
        elif chart.PSP_FEE in legs:
            self.fee -= moved
        elif chart.REFUND_IN_FLIGHT in legs:
            self.refunded -= moved
        elif chart.DISPUTE_HELD not in legs:
            self.captured += moved


class GatewayAddsUp:
    """M4: the parts of captured money make it, payment by payment and for each tenant, and clearing is what is left."""

    name = "M4"

    def __init__(self) -> None:
        self.parts: dict[tuple[str, str, str], Parts] = defaultdict(Parts)

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        legs = dict(seen.legs)
        if not legs.keys() & {chart.CLEARING, chart.DISPUTE_HELD, chart.REFUND_IN_FLIGHT}:
            return
        asset = seen.text("currency")
        for payment in {"", seen.text("gateway_payment")}:
            parts = self.parts[seen.tenant, payment, asset]
            parts.take(legs)
            if parts.clearing != parts.at_gateway:
                yield f"{payment or 'the gateway'} has {parts.clearing} {asset}, its parts say {parts.at_gateway}"
            # A message may come before the one that it follows from: only what is told in full can be compared.
            if payment and parts.captured and parts.retained < 0:
                yield f"{payment} gave back {-parts.retained} {asset} more than was captured"


class NothingTooEarly:
    """M10: no refund beyond what was captured, and no payout beyond what the gateway has settled."""

    name = "M10"

    def __init__(self) -> None:
        self.captured: dict[tuple[str, str, str], int] = defaultdict(int)
        self.promised: dict[tuple[str, str, str], int] = defaultdict(int)
        self.bank: dict[tuple[str, str], int] = defaultdict(int)

    def take(self, seen: Seen) -> Iterator[str]:
        """See ``Checker``."""
        legs, asset = dict(seen.legs), seen.text("currency")
        bank = self.bank[seen.tenant, asset] = self.bank[seen.tenant, asset] + legs.get(chart.BANK, 0)
        if legs.get(chart.BANK, 0) < 0 and bank < 0:
            yield f"{seen.text('transfer_id')} pays {-bank} {asset} out that no settlement brought"
        payment = (seen.tenant, seen.text("gateway_payment"), asset)
        if not payment[1]:
            return
        if legs.get(chart.CLEARING, 0) > 0 and chart.DISPUTE_HELD not in legs:
            self.captured[payment] += legs[chart.CLEARING]
        promised = -legs.get(chart.REFUND_IN_FLIGHT, 0)
        if promised and chart.CLEARING not in legs:
            self.promised[payment] += promised
            if self.promised[payment] > self.captured[payment]:
                yield f"{payment[1]}: {self.promised[payment]} promised back, {self.captured[payment]} captured"


def two_bookkeepers(ours: Mapping[str, int], gateway_minor: int, settled_minor: int, paid_out_minor: int) -> list[str]:
    """M5: when nothing is on its way, our clearing is the gateway's balance, and our bank what it settled less payouts.

    ``ours`` are balances by account in one asset; the other numbers are the gateway's own, told by nobody of us.
    """
    found = []
    if ours.get(chart.CLEARING, 0) != gateway_minor:
        found.append(f"we say that the gateway has {ours.get(chart.CLEARING, 0)}, it says {gateway_minor}")
    if ours.get(chart.BANK, 0) != settled_minor - paid_out_minor:
        found.append(f"we say that the bank has {ours.get(chart.BANK, 0)}, not {settled_minor - paid_out_minor}")
    return found
