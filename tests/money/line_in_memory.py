"""What is left when our side dies, where all of it is in this process: a log, an inbox, and the gateway's own books."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from domain import ledger
from domain.payment_link_terms import LinkState, MessageState, link_of
from domain.payment_order import PaymentOrder
from domain.payment_order_terms import OrderState, opening_of
from domain.payout import Payout
from domain.payout_terms import PayoutState
from domain.wallet import Wallet
from domain.wallet_terms import wallet_id
from infra.gateway_settings import SANDBOX_ACCOUNT
from infra.webhooks.inbox import Letter
from tests.money.line_terms import EARNED, PAID, REFUNDED, Kept, Names
from tests.support.memory_log import MemoryAggregates, MemoryEventLog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from application.log import LoggedEvent
    from infra.razorpay.build import Gateways
    from infra.webhooks.inbox import LetterName
    from tests.support.razorpay import StandIn


class MemoryInbox:
    """An inbox over a dict; the same news twice is one."""

    def __init__(self) -> None:
        self.letters: dict[LetterName, tuple[bytes, str | None]] = {}

    async def keep(self, source: str, event_id: str, body: bytes) -> bool:
        """Whether it is new."""
        is_new = (source, event_id) not in self.letters
        self.letters.setdefault((source, event_id), (body, None))
        return is_new

    async def waiting(self, most: int) -> list[LetterName]:
        """What has no outcome."""
        return [name for name, (_, outcome) in self.letters.items() if outcome is None][:most]

    async def take(self, names: Sequence[LetterName]) -> list[Letter]:
        """Those that wait."""
        waiting = [name for name in names if self.letters[name][1] is None]
        return [Letter(*name, self.letters[name][0], datetime.now(UTC), 1) for name in waiting]

    async def done(self, letter: Letter, outcome: str) -> None:
        """It is over."""
        self.letters[letter.source, letter.event_id] = letter.body, outcome


class KeptInMemory:
    """See ``Kept``."""

    def __init__(self, run: str, stand_in: StandIn, gateways: Gateways) -> None:
        self.run, self.stand_in, self.gateways = run, stand_in, gateways
        self.log = MemoryEventLog()
        self.aggregates = MemoryAggregates(self.log)
        self.inbox = MemoryInbox()

    async def events(self) -> Sequence[LoggedEvent]:
        """All of them are this run's."""
        return self.log.events


async def judge(kept: Kept) -> None:
    """By the gateway's own books: nothing is lost and nothing doubled; and ours say the same."""
    names, load = Names(kept.run), kept.aggregates.load
    order = await load(PaymentOrder, names.tenant, names.order_id)
    payout = await load(Payout, names.tenant, names.payout_id)
    wallet = await load(Wallet, names.tenant, wallet_id(names.tenant, names.customer_id))
    assert order is not None
    assert payout is not None
    assert wallet is not None
    assert (order.state, payout.state) == (OrderState.PAID, PayoutState.PROCESSED)
    assert wallet.balance_minor == PAID - REFUNDED
    their = kept.stand_in.http.get
    orders = their("/v1/orders", params={"receipt": str(opening_of(names.order_id))}).json()["items"]
    assert [(each["id"], each["amount_paid"]) for each in orders] == [(order.gateway_order, PAID)]
    (paid,) = their(f"/v1/orders/{order.gateway_order}/payments").json()["items"]
    movements = [each["cause"] for each in kept.stand_in.books()["movements"]]
    assert movements.count(f"cap:{paid['id']}") == 1
    links = their("/v1/payment_links", params={"reference_id": str(link_of(names.order_id, 0))}).json()["payment_links"]
    assert [each["status"] for each in links] == ["cancelled"]
    assert [(each.state, each.message) for each in order.links] == [(LinkState.CANCELLED, MessageState.SENT)]
    refunds = their(f"/v1/payments/{paid['id']}/refunds").json()["items"]
    assert [(each["amount"], each["status"]) for each in refunds] == [(REFUNDED, "processed")]
    asked = {"account_number": SANDBOX_ACCOUNT, "reference_id": str(payout.operation_id)}
    payouts = their("/v1/payouts", params=asked).json()["items"]
    assert [(each["amount"], each["status"]) for each in payouts] == [(EARNED, "processed")]
    told = [(each.topic, each.tenant) for each in await kept.events()]
    assert told.count(("settlement.told", names.tenant)) == 1
    # What others paid meanwhile is not to be settled along with the next run.
    kept.stand_in.play("/settle")


def bank_of(kept: KeptInMemory) -> int:
    """What our books say is in the bank."""
    return kept.log.books.balance(ledger.BANK, Names(kept.run).tenant)
