"""How do settings become a gateway?"""

from dataclasses import dataclass

from infra.razorpay.disputes import RazorpayDisputes
from infra.razorpay.gateway import RazorpayGateway
from infra.razorpay.mandates import RazorpayMandates
from infra.razorpay.payouts import RazorpayPayouts
from infra.razorpay.settlements import RazorpaySettlements
from infra.razorpay.subscriptions import RazorpaySubscriptions
from infra.razorpay.wire import Access, Wire
from infra.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Gateways:
    """Everything the gateway does for us, over one account of ours."""

    payments: RazorpayGateway
    settlements: RazorpaySettlements
    payouts: RazorpayPayouts
    disputes: RazorpayDisputes
    subscriptions: RazorpaySubscriptions
    mandates: RazorpayMandates


def open_gateways(settings: Settings) -> Gateways:
    """The real gateway, or the stand-in that the settings point to; raises SettingsError without a key."""
    return gateways_over(access_of(settings))


def gateways_over(access: Access) -> Gateways:
    """All ports over one line."""
    wire = Wire(access)
    return Gateways(
        RazorpayGateway(wire),
        RazorpaySettlements(wire),
        RazorpayPayouts(wire),
        RazorpayDisputes(wire),
        RazorpaySubscriptions(wire),
        RazorpayMandates(wire),
    )


def access_of(settings: Settings) -> Access:
    """Who we are at the gateway; raises SettingsError in one line."""
    secret = settings.razorpay_key_secret
    if not settings.razorpay_key_id or secret is None:
        message = "RAZORPAY_KEY_ID and RAZORPAY_KEY_SECRET are not set"
        raise SettingsError(message)
    return Access(
        settings.razorpay_key_id,
        secret.get_secret_value(),
        settings.razorpay_base_url,
        (settings.razorpay_connect_s, settings.razorpay_answer_s),
        settings.razorpay_account_number,
    )
