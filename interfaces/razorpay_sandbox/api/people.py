"""Whom does the gateway know: customers who pay, contacts who are paid, and the accounts money goes to?"""

import re
from typing import Final

from interfaces.razorpay_sandbox.call import Answering, Call, Routes
from interfaces.razorpay_sandbox.checks import LONGEST_RECEIPT, notes_in, only, text_in
from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.outbox import announce
from interfaces.razorpay_sandbox.refusals import Refused

IFSC: Final = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}")
ACCOUNT_NUMBER: Final = re.compile(r"[0-9A-Za-z]{5,35}")
VPA: Final = re.compile(r"[A-Za-z0-9.\-_]{2,}@[A-Za-z]{2,}")
CONTACT_TYPES: Final = ("vendor", "customer", "employee", "self")
# An account number that ends so belongs to nobody: tests need one that a bank does not know.
NOBODYS: Final = "0000"
LONGEST_NAME: Final = 50


def create_customer(call: Call) -> Entity:
    """POST /v1/customers."""
    only(call.body, ("name", "email", "contact", "gstin", "notes", "fail_existing"))
    customer = {name: call.body.get(name) for name in ("name", "email", "contact", "gstin")}
    told = {"notes": notes_in(call.body), "created_at": call.books.now()}
    return call.books.add("customer", {"id": call.books.new_id("cust"), "entity": "customer", **customer, **told})


def create_contact(call: Call) -> Entity:
    """POST /v1/contacts: the same again gives the same contact."""
    body = call.body
    only(body, ("name", "email", "contact", "type", "reference_id", "notes"))
    name = text_in(body, "name", LONGEST_NAME, required=True)
    reference = text_in(body, "reference_id", LONGEST_RECEIPT)
    kind = body.get("type")
    if kind is not None and kind not in CONTACT_TYPES:
        raise Refused("Invalid type: " + str(kind), field="type")
    told = {"name": name, "email": body.get("email"), "contact": body.get("contact"), "type": kind}
    told |= {"reference_id": reference}
    for known in call.books.find("contact", reference_id=reference) if reference else []:
        if all(known[field] == value for field, value in told.items()):
            return known
    made = {"batch_id": None, "active": True, "notes": notes_in(body), "created_at": call.books.now()}
    return call.books.add("contact", {"id": call.books.new_id("cont"), "entity": "contact", **told, **made})


def create_fund_account(call: Call) -> Entity:
    """POST /v1/fund_accounts: a bank account or a UPI address of a contact."""
    body = call.body
    only(body, ("contact_id", "customer_id", "account_type", "bank_account", "vpa"))
    contact = call.books.get("contact", str(body.get("contact_id")))
    kind = body.get("account_type")
    if kind not in {"bank_account", "vpa"}:
        raise Refused("The selected account type is invalid.", field="account_type")
    detail = body.get(kind)
    if not isinstance(detail, dict):
        raise Refused(f"The {kind} field is required.", field=kind)
    if kind == "vpa":
        if not VPA.fullmatch(str(detail.get("address", ""))):
            raise Refused("Invalid VPA. Please enter a valid Virtual Payment Address", field="vpa.address")
    else:
        text_in(detail, "name", 120, required=True)
        if not IFSC.fullmatch(str(detail.get("ifsc", ""))):
            raise Refused("Invalid IFSC Code in bank account", field="ifsc")
        if not ACCOUNT_NUMBER.fullmatch(str(detail.get("account_number", ""))):
            raise Refused("The account number format is invalid.", field="account_number")
    for known in call.books.find("fund_account"):
        if known["contact_id"] == contact["id"] and known.get(kind) == detail:
            return known
    account = {"id": call.books.new_id("fa"), "entity": "fund_account", "contact_id": contact["id"]}
    told = {"account_type": kind, kind: detail, "batch_id": None, "active": True, "created_at": call.books.now()}
    return call.books.add("fund_account", account | told)


def validate(call: Call) -> Entity:
    """POST /v1/fund_accounts/validations: a rupee to see whether the account is there."""
    body = call.body
    only(body, ("account_number", "fund_account", "amount", "currency", "notes"))
    told = body.get("fund_account")
    account = call.books.get("fund_account", str(told.get("id")) if isinstance(told, dict) else "")
    detail = account.get("bank_account") or account.get("vpa") or {}
    exists = not str(detail.get("account_number", detail.get("address", ""))).endswith(NOBODYS)
    validation = {
        "id": call.books.new_id("fav"),
        "entity": "fund_account.validation",
        "fund_account": account,
        "status": "completed",
        "amount": body.get("amount", 100),
        "currency": "INR",
        "notes": notes_in(body),
        "results": {"account_status": "active" if exists else "invalid", "registered_name": detail.get("name")},
        "created_at": call.books.now(),
        "utr": None,
    }
    call.books.add("validation", validation)
    announce(call.books, "fund_account.validation.completed", **{"fund_account.validation": validation})
    return validation


def _fetch(kind: str) -> Answering:
    return lambda call: call.books.get(kind, call.id)


def _listed(kind: str) -> Answering:
    def answer(call: Call) -> Entity:
        where = {"reference_id": call.query["reference_id"]} if "reference_id" in call.query else {}
        return call.books.page(kind, call.query, **where)

    return answer


def _edit(kind: str, allowed: tuple[str, ...]) -> Answering:
    def answer(call: Call) -> Entity:
        only(call.body, allowed)
        return call.books.keep(call.books.get(kind, call.id) | call.body)

    return answer


_CUSTOMER: Final = ("name", "email", "contact", "notes", "gstin")
_CONTACT: Final = ("name", "email", "contact", "type", "reference_id", "notes", "active")
ROUTES: Routes = (
    ("POST", "/v1/customers", create_customer),
    ("GET", "/v1/customers", _listed("customer")),
    ("GET", "/v1/customers/{id}", _fetch("customer")),
    ("PUT", "/v1/customers/{id}", _edit("customer", _CUSTOMER)),
    ("POST", "/v1/contacts", create_contact),
    ("GET", "/v1/contacts", _listed("contact")),
    ("GET", "/v1/contacts/{id}", _fetch("contact")),
    ("PATCH", "/v1/contacts/{id}", _edit("contact", _CONTACT)),
    ("POST", "/v1/fund_accounts/validations", validate),
    ("GET", "/v1/fund_accounts/validations", _listed("validation")),
    ("GET", "/v1/fund_accounts/validations/{id}", _fetch("validation")),
    ("POST", "/v1/fund_accounts", create_fund_account),
    ("GET", "/v1/fund_accounts", _listed("fund_account")),
    ("GET", "/v1/fund_accounts/{id}", _fetch("fund_account")),
    ("PATCH", "/v1/fund_accounts/{id}", _edit("fund_account", ("active",))),
)
