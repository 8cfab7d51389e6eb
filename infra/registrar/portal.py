"""How is the registrar asked? By the portal's JSON calls, as service providers pass them on: plain text over TLS."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import httpx
import msgspec

from application.gateway import Confirmed, Outcome, Rejected, Uncertain
from application.registrar import Registration
from domain.invoice_terms import WhyCancelled
from infra.registrar.signed import NotSigned, public_key, told_by

INVOICES: Final = "/eicore/v1.03/Invoice"
INDIA: Final = ZoneInfo("Asia/Kolkata")
NOT_THERE: Final = "2148"
REASONS: Final = {
    WhyCancelled.DUPLICATE: "1",
    WhyCancelled.DATA_ENTRY: "2",
    WhyCancelled.ORDER_CANCELLED: "3",
    WhyCancelled.OTHER: "4",
}
SERVER_FAULT: Final = 500
TOO_MANY: Final = 429

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Entrance:
    """Where the registrar is and who we are there; with its key, what it signs is checked."""

    address: str
    client_id: str
    client_secret: str
    timeout_s: tuple[float, float] = (3.0, 10.0)
    signing_key_pem: str = ""


class PortalRegistrar:
    """Implements ``application.registrar.EInvoiceRegistrar``. A call of its own line each: they are few."""

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self._key = public_key(entrance.signing_key_pem) if entrance.signing_key_pem else None

    def register(self, form: bytes) -> Outcome[Registration]:
        """See the port."""
        return self._asked("POST", INVOICES, form, "", self._registration)

    def find(self, gstin: str, irn: str) -> Outcome[Registration | None]:
        """See the port."""
        found = self._asked("GET", f"{INVOICES}/irn/{irn}", None, gstin, self._registration)
        if isinstance(found, Rejected) and found.code == NOT_THERE:
            return Confirmed(None)
        return found

    def cancel(self, gstin: str, irn: str, why: WhyCancelled) -> Outcome[datetime]:
        """See the port."""
        wanted = msgspec.json.encode({"Irn": irn, "CnlRsn": REASONS[why], "CnlRem": why.value})
        return self._asked("POST", f"{INVOICES}/Cancel", wanted, gstin, lambda told: _instant(told["CancelDate"]))

    def _asked(
        self, method: str, path: str, body: bytes | None, gstin: str, read: Callable[[dict[str, Any]], Told]
    ) -> Outcome[Told]:
        entrance = self._entrance
        headers = {"client-id": entrance.client_id, "client-secret": entrance.client_secret, "gstin": gstin}
        connect_s, answer_s = entrance.timeout_s
        timeout = httpx.Timeout(answer_s, connect=connect_s)
        try:
            with httpx.Client(base_url=entrance.address, trust_env=False, timeout=timeout) as line:
                answer = line.request(
                    method, path, content=body, headers={**headers, "content-type": "application/json"}
                )
        except httpx.ConnectError:
            return Uncertain("unreachable")
        except httpx.HTTPError:
            return Uncertain("no_answer")
        if answer.status_code == TOO_MANY or answer.status_code >= SERVER_FAULT:
            return Uncertain("too_many" if answer.status_code == TOO_MANY else "gateway_error")
        return _outcome(answer, read)

    def _registration(self, told: dict[str, Any]) -> Registration:
        signed_qr = str(told["SignedQRCode"])
        if self._key is not None and told_by(signed_qr, self._key)["Irn"] != told["Irn"]:
            raise NotSigned("it signs another document")
        is_active = told.get("Status", "ACT") == "ACT"
        return Registration(str(told["Irn"]), str(told["AckNo"]), _instant(told["AckDt"]), signed_qr, is_active)


def _outcome(answer: httpx.Response, read: Callable[[dict[str, Any]], Told]) -> Outcome[Told]:
    try:
        told = answer.json()
        if str(told["Status"]) == "1":
            return Confirmed(read(told["Data"]))
        first = told["ErrorDetails"][0]
        return Rejected(str(first["ErrorCode"]), str(first["ErrorMessage"]))
    except (ValueError, KeyError, IndexError, TypeError, NotSigned):
        return Uncertain("garbled")


def _instant(text: str) -> datetime:
    """The portal writes India's clock without saying so."""
    return datetime.fromisoformat(text).replace(tzinfo=INDIA).astimezone(UTC)
