"""What can be ordered and asked about how providers are paid?"""

from datetime import datetime
from uuid import UUID

import msgspec
from starlette.responses import Response

from application.free_reserve import FreeReserve, free_reserve
from application.give_payout_account import (
    CheckPayoutAccount,
    GivePayoutAccount,
    check_payout_account,
    give_payout_account,
)
from application.hold_earning import HoldEarning, hold_earning
from application.personal import PersonalKind, PersonalRecord, Told, record_id_for
from application.request_payout import WithdrawPayout, withdraw_payout
from domain.actor import Actor, Role
from domain.ids import Prefix, show
from domain.money import Money
from domain.payout_account import PayoutAccount, payout_account_id
from domain.refusal import NotFound
from infra.queries.view import Filters
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, CommandCall, MinPosition, Paged, id_in_path
from interfaces.http.entries import entries_page
from interfaces.http.routing import Routes
from interfaces.http.shapes.payouts import (
    EarningDone,
    EarningPage,
    HoldBody,
    PayoutAccountBody,
    PayoutAccountDone,
    PayoutAccountShown,
    PayoutDone,
    PayoutPage,
    PayoutShown,
    ReserveDone,
    ReserveReleaseBody,
)
from projections.earnings import EarnedRow
from projections.payouts import PayoutRow

PAYOUTS = "/v1/payouts"
ACCOUNT = "/v1/providers/{provider_id}/payout-account"
EARNINGS = "/v1/providers/{provider_id}/earnings"
EARNING = "/v1/earnings/{earning_id}"
SHOWN = ("amount_minor", "currency", "bank_reference", "why", "created_at", "updated_at", "processed_at")
END_SHOWN = 4
"""Digits of an account's number that are shown: enough to know one's own by."""

routes = Routes("Payouts")


@routes.command(ACCOUNT, PayoutAccountDone, problems=("store_unavailable",))
async def give_account(call: Command, provider_id: str, body: PayoutAccountBody) -> Response:
    """Say to which bank account a provider is paid.

    The bank is asked whether it is there. Another account than before is paid to after a day at the earliest.
    """
    wanted = _seen_by(call.actor, provider_id)
    told = {"holder": body.holder, "account_number": body.account_number, "branch_code": body.branch_code}
    known = await _known_record(call, wanted, told)
    record_id = known or record_id_for(call.context.command_id, PersonalKind.BANK)
    record = None if known else Told(wanted, {record_id: PersonalRecord(PersonalKind.BANK, told)})
    command = GivePayoutAccount(call.actor, wanted, record_id, call.at, call.expected_version)
    return answers.done(await call.run(give_payout_account, command, record), Prefix.PAYOUT_ACCOUNT)


@routes.query(ACCOUNT, PayoutAccountShown, problems=("log_unavailable",))
async def read_account(call: Asked, provider_id: str, min_position: MinPosition = None) -> Response:
    """Read whether a provider's bank account is verified, and how its number ends."""
    wanted = _seen_by(call.actor, provider_id)
    await call.log_at_or_after(min_position)
    account = await call.stack.aggregates.load(PayoutAccount, call.tenant, payout_account_id(wanted))
    if account is None:
        raise NotFound
    record = (await call.read_personal([account.record_id])).get(account.record_id)
    return answers.thing(
        {
            "id": show(Prefix.PAYOUT_ACCOUNT, account.id),
            "version": account.version,
            "provider_id": show(Prefix.PROVIDER, account.provider_id),
            "ends_in": None if record is None else str(record.fields["account_number"])[-END_SHOWN:],
            "branch_code": None if record is None else record.fields["branch_code"],
            "is_verified": account.verified_at is not None,
            "is_asked": account.operation_id is not None,
            "refused_for": account.refused_for,
            "held_until": account.held_until,
        }
    )


@routes.command(ACCOUNT + "/check", PayoutAccountDone)
async def check_account(call: Command, provider_id: str) -> Response:
    """Have the bank asked once more whether the account is there."""
    command = CheckPayoutAccount(call.actor, _seen_by(call.actor, provider_id), call.at, call.expected_version)
    return answers.done(await call.run(check_payout_account, command), Prefix.PAYOUT_ACCOUNT)


@routes.query(EARNINGS, EarningPage, problems=("invalid_cursor",))
async def list_earnings(call: Asked, provider_id: str, *, page: Paged) -> Response:
    """List what a provider earned, newest first: what waits until when, what is held, what is in which payout."""
    wanted = _seen_by(call.actor, provider_id)
    path = f"/v1/providers/{show(Prefix.PROVIDER, wanted)}/earnings"
    return await entries_page(call, call.stack.money.earnings, path, wanted, page, show=_earning)


@routes.command(EARNING + "/hold", EarningDone, problems=("not_payable",))
async def hold_one(call: Command, earning_id: str, body: HoldBody) -> Response:
    """Pay nothing for an earning while somebody doubts it."""
    command = HoldEarning(call.actor, _earning_id(earning_id), body.reason, call.at, call.expected_version)
    return answers.done(await call.run(hold_earning, command), Prefix.EARNING)


@routes.command(EARNING + "/hold-end", EarningDone)
async def let_one_go(call: Command, earning_id: str) -> Response:
    """Let an earning be paid that was held."""
    command = HoldEarning(call.actor, _earning_id(earning_id), None, call.at, call.expected_version)
    return answers.done(await call.run(hold_earning, command), Prefix.EARNING)


@routes.command(
    "/v1/providers/{provider_id}/reserve-release",
    ReserveDone,
    problems=("reserve_too_small", "bad_amount", "unknown_currency"),
)
async def release_reserve(call: Command, provider_id: str, body: ReserveReleaseBody) -> Response:
    """Let a provider have what was kept back of its payouts; it goes with the next one."""
    money = Money(body.amount_minor, body.currency)
    wanted = id_in_path(Prefix.PROVIDER, provider_id)
    command = FreeReserve(call.actor, wanted, money, call.at, call.expected_version)
    return answers.done(await call.run(free_reserve, command), Prefix.RESERVE)


@routes.query(PAYOUTS, PayoutPage, problems=("invalid_cursor",))
async def list_payouts(call: Asked, *, page: Paged) -> Response:
    """List payouts, newest first. Providers see their own, the desk and auditors all."""
    own: Filters = {"provider_id": call.actor.subject_id} if call.actor.role is Role.PROVIDER else {}
    return await paging.answer(
        call, call.stack.money.payouts, PAYOUTS, {}, own, page, key_of=_created, show=payout_shown
    )


@routes.query(PAYOUTS + "/{payout_id}", PayoutShown)
async def read_payout(call: Asked, payout_id: str, min_position: MinPosition = None) -> Response:
    """Read how far a payout is."""
    wanted = id_in_path(Prefix.PAYOUT, payout_id)
    await call.at_or_after(call.stack.money.payouts.name, min_position)
    row = await call.stack.money.payouts.one(call.tenant, wanted)
    if row is None or not (_sees_all(call.actor) or call.actor.is_provider(row.provider_id)):
        raise NotFound
    return answers.thing(payout_shown(row))


@routes.command(PAYOUTS + "/{payout_id}/withdrawal", PayoutDone, problems=("out_of_turn",))
async def withdraw_one(call: Command, payout_id: str) -> Response:
    """Do not pay it after all, before the gateway is asked: its amount waits again."""
    wanted = id_in_path(Prefix.PAYOUT, payout_id)
    command = WithdrawPayout(call.actor, wanted, call.at, call.expected_version)
    return answers.done(await call.run(withdraw_payout, command), Prefix.PAYOUT)


async def _known_record(call: CommandCall, provider_id: UUID, told: dict[str, str]) -> UUID | None:
    """The record of the account that is paid to now, when it is the very same."""
    account = await call.stack.aggregates.load(PayoutAccount, call.tenant, payout_account_id(provider_id))
    if account is None:
        return None
    record = (await call.stack.personal.get(call.tenant, [account.record_id])).get(account.record_id)
    return account.record_id if record is not None and dict(record.fields) == told else None


def _earning_id(text: str) -> UUID:
    return id_in_path(Prefix.EARNING, text)


def _seen_by(actor: Actor, text: str) -> UUID:
    """The provider's id, for itself, the desk and auditors; raises NotFound for everybody else."""
    wanted = id_in_path(Prefix.PROVIDER, text)
    if not (_sees_all(actor) or actor.is_provider(wanted)):
        raise NotFound
    return wanted


def _sees_all(actor: Actor) -> bool:
    return actor.sees_books


def _created(row: PayoutRow) -> tuple[datetime, UUID]:
    return row.created_at, row.payout_id


def _earning(row: EarnedRow) -> dict[str, object]:
    told = msgspec.structs.asdict(row)
    shown = ("version", "position", "amount_minor", "currency", "payable_from", "held", "accrued_at")
    payout_id = None if row.payout_id is None else show(Prefix.PAYOUT, row.payout_id)
    return {"id": show(Prefix.EARNING, row.earning_id), "payout_id": payout_id, **{name: told[name] for name in shown}}


def payout_shown(row: PayoutRow) -> dict[str, object]:
    """A payout as the API tells of it."""
    return {
        "id": show(Prefix.PAYOUT, row.payout_id),
        "version": row.version,
        "state": row.state,
        "batch_id": show(Prefix.PAYOUT_BATCH, row.batch_id),
        "provider_id": show(Prefix.PROVIDER, row.provider_id),
        **{name: getattr(row, name) for name in SHOWN},
    }
