"""What can be ordered and asked about partners that bear jobs?"""

from datetime import datetime
from uuid import UUID, uuid5

from starlette.responses import Response

from application.partner_credit import (
    DecidePartnerTerms,
    OpenPartnerAccount,
    RecordPartnerPayment,
    decide_partner_terms,
    open_partner_account,
    partner_told,
    record_partner_payment,
)
from application.partner_share import NamePartner, name_partner
from domain.ids import Prefix, new_id, show
from domain.money import Money
from domain.partner_account import PartnerAccount
from domain.partner_terms import PartnerTerms
from domain.refusal import NotFound
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, Creation, MinPosition, Paged, id_in_path
from interfaces.http.partner_reach import sees_account
from interfaces.http.routing import Routes
from interfaces.http.shapes.partners import (
    PartnerAccountBody,
    PartnerAccountDone,
    PartnerAccountShown,
    PartnerBody,
    PartnerNamed,
    PartnerPage,
    PartnerPaymentBody,
    PartnerTermsBody,
)
from projections.partner_accounts import PartnerRow

PARTNERS = "/v1/partner-accounts"
ONE = PARTNERS + "/{partner_id}"
OVER_THE_LIMIT = ("partner_limit_reached", "partner_spend_limit_reached")
NO_TERMS = ("bad_partner_terms", "unknown_time_zone", "bad_effect", "too_many_versions")

routes = Routes("Partners")


@routes.command(PARTNERS, PartnerAccountDone, problems=("unknown_currency", *NO_TERMS))
async def open_account(call: Creation, body: PartnerAccountBody) -> Response:
    """Open the account of a partner that bears jobs: an insurer, a fleet, a maker of vehicles."""
    command = OpenPartnerAccount(
        call.actor, new_id(call.at), body.currency, _terms(body), body.effective_from or call.at, call.at
    )
    return answers.done(await call.run(open_partner_account, command), Prefix.PARTNER)


@routes.query(PARTNERS, PartnerPage, problems=("invalid_cursor",))
async def list_accounts(call: Asked, *, page: Paged) -> Response:
    """List partners and what each owes, newest first."""
    return await paging.answer(call, call.stack.money.partners, PARTNERS, {}, {}, page, key_of=_opened, show=_row)


@routes.query(ONE, PartnerAccountShown, problems=("log_unavailable",))
async def read_partner(call: Asked, partner_id: str, min_position: MinPosition = None) -> Response:
    """Read what a partner owes, what is kept of its credit, and by which terms."""
    wanted = id_in_path(Prefix.PARTNER, partner_id)
    if not sees_account(call.actor, wanted):
        raise NotFound
    await call.log_at_or_after(min_position)
    account = await call.stack.aggregates.load(PartnerAccount, call.tenant, wanted)
    if account is None:
        raise NotFound
    return answers.thing({**partner_told(account, call.at), "id": show(Prefix.PARTNER, account.id)})


@routes.command(ONE + "/terms", PartnerAccountDone, problems=NO_TERMS)
async def decide_terms(call: Command, partner_id: str, body: PartnerTermsBody) -> Response:
    """Decide other terms from an instant on; what is kept for jobs under way stays kept."""
    command = DecidePartnerTerms(
        call.actor,
        id_in_path(Prefix.PARTNER, partner_id),
        _terms(body),
        body.effective_from or call.at,
        call.at,
        call.expected_version,
    )
    return answers.done(await call.run(decide_partner_terms, command), Prefix.PARTNER)


@routes.command(ONE + "/payments", PartnerAccountDone, problems=("more_than_owed", "bad_amount", "unknown_currency"))
async def note_payment(call: Command, partner_id: str, body: PartnerPaymentBody) -> Response:
    """Note that a partner paid so much of what it owes, to our bank."""
    wanted = id_in_path(Prefix.PARTNER, partner_id)
    money = Money(body.amount_minor, body.currency)
    receipt = uuid5(call.context.command_id, "partner-payment")
    command = RecordPartnerPayment(call.actor, wanted, receipt, money, call.at, call.expected_version)
    return answers.done(await call.run(record_partner_payment, command), Prefix.PARTNER)


@routes.command(
    "/v1/service-requests/{request_id}/partner",
    PartnerNamed,
    problems=("not_priced", "out_of_turn", "currency_mismatch", *OVER_THE_LIMIT, "bad_amount"),
)
async def let_partner_bear(call: Command, request_id: str, body: PartnerBody) -> Response:
    """Let a partner bear a job, behind the customer's membership and before the customer."""
    command = NamePartner(
        call.actor,
        id_in_path(Prefix.REQUEST, request_id),
        id_in_path(Prefix.PARTNER, body.partner_id),
        body.most_minor,
        call.at,
        call.expected_version,
    )
    return answers.done(await call.run(name_partner, command), Prefix.PARTNER)


def _terms(body: PartnerTermsBody) -> PartnerTerms:
    return PartnerTerms(
        body.credit_limit_minor, body.most_per_job_minor, body.bears_fees, body.most_per_month_minor, body.time_zone
    )


def _opened(row: PartnerRow) -> tuple[datetime, UUID]:
    return row.opened_at, row.partner_id


def _row(row: PartnerRow) -> dict[str, object]:
    told = {name: getattr(row, name) for name in ("version", "currency", "owed_minor", "opened_at")}
    return {"id": show(Prefix.PARTNER, row.partner_id), **told}
