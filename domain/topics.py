"""Which aggregates and events are there? Importing this registers every topic."""

from typing import Any

from domain.account import Account
from domain.aggregate import Aggregate, events_of
from domain.cash_in_hand import CashInHand
from domain.coverage import Coverage
from domain.credit_note import CreditNote
from domain.decision import Decision
from domain.dispute import Dispute
from domain.earning import Earning
from domain.earning_rules import EarningRulebook
from domain.fare_rules import FareRulebook
from domain.gateway_settlement import GatewaySettlement
from domain.invoice import Invoice, InvoiceSeries
from domain.ledger.account import LedgerAccount
from domain.offer import Offer
from domain.partner_account import PartnerAccount
from domain.partner_cover import PartnerCover
from domain.payment import Payment
from domain.payment_order import PaymentOrder
from domain.payout import Payout
from domain.payout_account import PayoutAccount
from domain.payout_batch import PayoutBatch
from domain.plan import Plan
from domain.profile import Profile
from domain.provider import Provider
from domain.rating import Rating
from domain.receipt_voucher import ReceiptVoucher
from domain.referral import Referral
from domain.refund import Refund
from domain.refund_voucher import RefundVoucher
from domain.reserve import Reserve
from domain.service_request import ServiceRequest
from domain.shift import Shift
from domain.subscription import Subscription
from domain.supply_model import SupplyDecision
from domain.tariff import Tariff
from domain.tax_registration import TaxRegistrations
from domain.tip import Tip
from domain.vehicle import Vehicle
from domain.wallet import Wallet
from domain.zone import Zone

AGGREGATES: tuple[type[Aggregate], ...] = (
    ServiceRequest,
    Offer,
    Decision,
    Provider,
    Shift,
    Wallet,
    LedgerAccount,
    Payment,
    PartnerAccount,
    PartnerCover,
    PaymentOrder,
    Tip,
    Refund,
    Dispute,
    Invoice,
    InvoiceSeries,
    CreditNote,
    ReceiptVoucher,
    RefundVoucher,
    TaxRegistrations,
    Zone,
    Tariff,
    SupplyDecision,
    EarningRulebook,
    FareRulebook,
    Earning,
    Reserve,
    CashInHand,
    Payout,
    PayoutBatch,
    PayoutAccount,
    GatewaySettlement,
    Rating,
    Referral,
    Plan,
    Subscription,
    Coverage,
    Account,
    Profile,
    Vehicle,
)


def event_classes() -> list[type[Any]]:
    """Every event class, aggregate by aggregate, in the order of declaration."""
    return [event_class for aggregate in AGGREGATES for event_class in events_of(aggregate)]
