"""Which errand carries out which kind of intent? A new kind is one function and one line here; nothing else changes.

An errand takes tenant, stream, operation and instant. It may be run again at any time, after any crash, and so looks at
the log first; that no two workers run it for the same operation at once is taken care of where it is called.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from application.dispute_errands import DisputeErrands
from application.link_errands import LinkErrands
from application.membership_errands import MembershipErrands
from application.order_errands import OrderErrands
from application.paying_out import Errands
from application.registering import RegistrarErrands
from domain.gst.paper import Party
from domain.intent import IntentKind
from infra.evidence_desk import evidence_of
from infra.messages.build import carriers_of
from infra.papers.weasy import form_bytes
from infra.registrar.build import open_registrar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime
    from uuid import UUID

    from infra.bootstrap import Stack
    from infra.razorpay.build import Gateways

    Errand = Callable[[str, UUID, UUID, datetime], Awaitable[None]]


def errands_of(stack: Stack, gateways: Gateways) -> Mapping[IntentKind, Errand]:
    """The table: what is not in it stays open, is counted as ``nobody`` and rings the alarm after ten minutes."""
    orders = orders_of(stack, gateways)
    payouts, links = payouts_of(stack, gateways), links_of(stack, gateways)
    memberships = memberships_of(stack, gateways)
    disputes = disputes_of(stack, gateways)
    registrar = registrar_of(stack)
    return {
        **_of_registrar(registrar),
        IntentKind.OPEN_ORDER: orders.open,
        IntentKind.CAPTURE: orders.capture,
        IntentKind.REFUND: orders.refund,
        IntentKind.OPEN_LINK: links.open,
        IntentKind.CANCEL_LINK: links.cancel,
        IntentKind.SEND_LINK: links.send,
        IntentKind.PAY_OUT: payouts.pay_out,
        IntentKind.CHECK_ACCOUNT: payouts.check_account,
        IntentKind.CONTEST_DISPUTE: disputes.contest,
        IntentKind.ACCEPT_DISPUTE: disputes.accept,
        IntentKind.CREATE_SUBSCRIPTION: memberships.open,
        IntentKind.CHARGE: memberships.charge,
    }


def _of_registrar(registrar: RegistrarErrands | None) -> Mapping[IntentKind, Errand]:
    if registrar is None:
        return {}
    return {IntentKind.REGISTER_IRN: registrar.register, IntentKind.CANCEL_IRN: registrar.cancel}


def orders_of(stack: Stack, gateways: Gateways) -> OrderErrands:
    """Errands about customers' money."""
    return OrderErrands(stack.engine, stack.aggregates, gateways.payments, stack.payers)


def links_of(stack: Stack, gateways: Gateways) -> LinkErrands:
    """Errands about links to pay by."""
    settings = stack.settings
    sms = carriers_of(settings).sms
    known = stack.engine, stack.aggregates, stack.personal
    return LinkErrands(*known, gateways.payments, sms, settings.supplier_name, stack.payers)


def memberships_of(stack: Stack, gateways: Gateways) -> MembershipErrands:
    """Errands about memberships."""
    return MembershipErrands(stack.engine, stack.aggregates, gateways.payments, gateways.mandates, stack.payers)


def payouts_of(stack: Stack, gateways: Gateways) -> Errands:
    """Errands about providers' money."""
    return Errands(stack.engine, stack.aggregates, stack.personal, gateways.payouts)


def disputes_of(stack: Stack, gateways: Gateways) -> DisputeErrands:
    """Errands about payments that banks ask back."""
    decides_before = timedelta(hours=stack.settings.dispute_decides_before_h)
    return DisputeErrands(stack.engine, stack.aggregates, gateways.disputes, evidence_of(stack), decides_before)


def registrar_of(stack: Stack) -> RegistrarErrands | None:
    """Errands about registered bills; none without a registrar: then such bills wait."""
    settings, registrar = stack.settings, open_registrar(stack.settings)
    if registrar is None:
        return None
    own = Party(settings.supplier_name, "", settings.supplier_street, settings.supplier_town, settings.supplier_pin)
    return RegistrarErrands(stack.engine, stack.aggregates, stack.personal, registrar, own, form_bytes)
