"""How does the gateway pay others for us? Its library has no words for that; its plain calls have."""

from typing import Any, Final, Literal
from uuid import UUID

from application.gateway import Outcome
from application.gateway_payouts import AccountCheck, BankAccount, PayOut, Payout
from infra.razorpay import reading
from infra.razorpay.wire import Entity, Wire

PAYOUT_KEY: Final = "X-Payout-Idempotency"
LONGEST_NAME: Final = 50
LONGEST_NARRATION: Final = 30
# One rupee is sent to see whether an account is there.
CHECK_MINOR: Final = 100


class RazorpayPayouts:
    """See ``application.gateway_payouts.PayoutBank``."""

    def __init__(self, wire: Wire) -> None:
        """Nothing is asked yet."""
        self._wire = wire

    def register_payee(self, payee_id: UUID, name: str, kind: Literal["vendor", "customer"]) -> Outcome[str]:
        """See the port."""
        return self._post("/v1/contacts", {"name": name[:LONGEST_NAME], "type": kind, "reference_id": str(payee_id)})

    def register_account(self, contact_id: str, account: BankAccount) -> Outcome[str]:
        """See the port."""
        detail = {"name": account.holder, "ifsc": account.branch_code, "account_number": account.account_number}
        body = {"contact_id": contact_id, "account_type": "bank_account", "bank_account": detail}
        return self._post("/v1/fund_accounts", body)

    def check_account(self, account_id: str) -> Outcome[AccountCheck]:
        """See the port."""
        body: dict[str, Any] = {
            "account_number": self._wire.access.account_number,
            "fund_account": {"id": account_id},
            "amount": CHECK_MINOR,
            "currency": "INR",
        }
        return self._wire.ask(
            lambda client, options: client.post("/v1/fund_accounts/validations", dict(body), **options),
            reading.account_check,
        )

    def account_check(self, check_id: str) -> Outcome[AccountCheck]:
        """See the port."""
        path = f"/v1/fund_accounts/validations/{check_id}"
        return self._wire.ask(lambda client, options: client.get(path, {}, **options), reading.account_check)

    def pay_out(self, wanted: PayOut) -> Outcome[Payout]:
        """See the port."""
        key = str(wanted.operation_id)
        body = {
            "account_number": self._wire.access.account_number,
            "fund_account_id": wanted.account_id,
            "amount": wanted.amount_minor,
            "currency": wanted.currency,
            "mode": wanted.mode,
            "purpose": wanted.purpose,
            "queue_if_low_balance": True,
            "reference_id": key,
            "narration": wanted.narration[:LONGEST_NARRATION],
        }
        return self._wire.ask(
            lambda client, options: client.post("/v1/payouts", dict(body), **options), reading.payout, {PAYOUT_KEY: key}
        )

    def find_payout(self, operation_id: UUID) -> Outcome[Payout | None]:
        """See the port."""
        query = {"account_number": self._wire.access.account_number, "reference_id": str(operation_id)}

        def read(told: Entity) -> Payout | None:
            found = [reading.payout(each) for each in reading.items(told)]
            return next((payout for payout in found if payout.reference == str(operation_id)), None)

        return self._wire.ask(lambda client, options: client.get("/v1/payouts", dict(query), **options), read)

    def payout(self, payout_id: str) -> Outcome[Payout]:
        """See the port."""
        path = f"/v1/payouts/{payout_id}"
        return self._wire.ask(lambda client, options: client.get(path, {}, **options), reading.payout)

    def cancel_payout(self, payout_id: str) -> Outcome[Payout]:
        """See the port."""
        path = f"/v1/payouts/{payout_id}/cancel"
        return self._wire.ask(lambda client, options: client.post(path, {}, **options), reading.payout)

    def _post(self, path: str, body: dict[str, Any]) -> Outcome[str]:
        return self._wire.ask(lambda client, options: client.post(path, dict(body), **options), _id_of)


def _id_of(told: Entity) -> str:
    made = told["id"]
    if not isinstance(made, str):
        raise TypeError
    return made
