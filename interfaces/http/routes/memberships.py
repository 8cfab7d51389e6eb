"""What can be ordered of, and asked about, memberships?"""

from uuid import UUID

from starlette.responses import Response

from application.covering import ShowCover, show_cover
from application.run_subscription import ChangeSubscription, Wish, change_subscription
from application.subscribe import Subscribe, subscribe
from application.upgrade_subscription import UpgradeSubscription, upgrade_subscription
from domain import ledger
from domain.actor import Role
from domain.ids import Prefix, new_id, parse, show
from domain.ledger.account import LedgerAccount
from domain.ledger.terms import account_stream
from domain.plan_terms import ASSET_OF, BenefitTerms
from domain.refusal import NotFound
from domain.subscription import Subscription
from infra.settings import Settings
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, CommandCall, Creation, MinPosition, Paged, QueryCall, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.memberships import (
    BenefitsShown,
    ChangeBody,
    CoverBody,
    CoverDone,
    SubscribeBody,
    SubscriptionDone,
    SubscriptionPage,
    SubscriptionShown,
    UpgradeDone,
)
from projections.subscriptions import SubscriptionRow

SUBSCRIPTIONS = "/v1/subscriptions"
ONE = SUBSCRIPTIONS + "/{subscription_id}"

routes = Routes("Memberships")


@routes.command(
    SUBSCRIPTIONS,
    SubscriptionDone,
    problems=("not_found", "bad_plan", "plan_not_offered", "not_allowed"),
    status=201,
)
async def begin_membership(call: Creation, body: SubscribeBody) -> Response:
    """Begin a membership: a free plan at once, any other once its mandate is allowed.

    The gateway is asked right after the answer. Read the membership until it names ``gateway_order``: paying that by
    a checkout allows the mandate and pays the first term. Nothing is taken later without a notice of a day or more.
    """
    customer_id = id_in_path(Prefix.USER, body.customer_id)
    vehicles = tuple(dict.fromkeys(parse(Prefix.VEHICLE, each) for each in body.vehicle_ids))
    command = Subscribe(call.actor, new_id(call.at), customer_id, body.plan, vehicles, call.at)
    done = await call.run(subscribe, command)
    return answers.done(done, Prefix.SUBSCRIPTION, status=201, location=SUBSCRIPTIONS)


@routes.query(SUBSCRIPTIONS, SubscriptionPage, problems=("invalid_cursor",))
async def list_memberships(call: Asked, *, page: Paged) -> Response:
    """List memberships, newest first. Customers see their own, the desk and auditors all."""
    own = {"customer_id": call.actor.subject_id} if call.actor.role is Role.CUSTOMER else {}
    settings = call.stack.settings
    return await paging.answer(
        call,
        call.stack.money.memberships.subscriptions,
        SUBSCRIPTIONS,
        {},
        own,
        page,
        key_of=lambda row: (row.created_at, row.subscription_id),
        show=lambda row: _row(row, settings),
    )


@routes.query(ONE, SubscriptionShown)
async def read_membership(call: Asked, subscription_id: str, min_position: MinPosition = None) -> Response:
    """Read one membership: how far it is, and what is taken next."""
    view = call.stack.money.memberships.subscriptions
    await call.at_or_after(view.name, min_position)
    row = await view.one(call.tenant, id_in_path(Prefix.SUBSCRIPTION, subscription_id))
    if row is None or not _sees(call, row.customer_id):
        raise NotFound
    return answers.thing(_row(row, call.stack.settings))


@routes.query(ONE + "/benefits", BenefitsShown, problems=("log_unavailable",))
async def read_benefits(call: Asked, subscription_id: str, min_position: MinPosition = None) -> Response:
    """Read what a membership covers, and what of it is left in this term."""
    await call.log_at_or_after(min_position)
    wanted = id_in_path(Prefix.SUBSCRIPTION, subscription_id)
    found = await call.stack.aggregates.load(Subscription, call.tenant, wanted)
    if found is None or not _sees(call, found.customer_id):
        raise NotFound
    return answers.thing(
        {
            "id": show(Prefix.SUBSCRIPTION, found.id),
            "version": found.version,
            "state": found.state.value,
            "vehicle_ids": [show(Prefix.VEHICLE, each) for each in found.vehicle_ids],
            "covers_from": found.covers_at,
            "covers_all_from": found.covers_all_from(call.at),
            "ends_at": None if found.term is None else found.term.ends_at,
            "data": [await _units(call, found, each) for each in found.terms.benefits],
        }
    )


@routes.command(
    ONE + "/pause",
    SubscriptionDone,
    problems=("out_of_turn", "charge_open", "subscription_over", "not_allowed"),
)
async def pause_membership(call: Command, subscription_id: str) -> Response:
    """Let it rest: nothing is covered or taken, and the term ends later by as long."""
    return await _changed(call, subscription_id, Wish.PAUSE)


@routes.command(ONE + "/pause-end", SubscriptionDone, problems=("subscription_over", "not_allowed"))
async def resume_membership(call: Command, subscription_id: str) -> Response:
    """Let it go on."""
    return await _changed(call, subscription_id, Wish.RESUME)


@routes.command(
    ONE + "/change",
    SubscriptionDone,
    problems=(
        *("out_of_turn", "charge_open", "subscription_over", "not_subscribed", "plan_not_offered", "not_allowed"),
    ),
)
async def change_membership(call: Command, subscription_id: str, body: ChangeBody) -> Response:
    """Let another plan apply from the next term on, before that is announced."""
    return await _changed(call, subscription_id, Wish.CHANGE, body.plan)


@routes.command(
    ONE + "/upgrade",
    UpgradeDone,
    problems=(
        *("out_of_turn", "charge_open", "subscription_over", "not_subscribed", "plan_not_offered", "not_allowed"),
    ),
)
async def upgrade_membership(call: Command, subscription_id: str, body: ChangeBody) -> Response:
    """Take a dearer plan now: what it costs more for the days that are left is paid by an order, then it applies.

    Where it costs nothing more it applies at once, and there is no order. Pay it as any other
    (`GET /v1/payment-orders/{order_id}`); what is paid too late is in the wallet. Whose plan is free pays a first
    term, as one who begins: read the membership until it names ``gateway_order``. Paying that allows the mandate, and
    the term of the plan that was wanted begins; until then everything stays as it is.
    """
    wanted, order = id_in_path(Prefix.SUBSCRIPTION, subscription_id), new_id(call.at)
    command = UpgradeSubscription(call.actor, wanted, body.plan, order, call.at, call.expected_version)
    return answers.done(await call.run(upgrade_subscription, command), Prefix.SUBSCRIPTION)


@routes.command(
    ONE + "/end-with-term",
    SubscriptionDone,
    problems=("charge_open", "subscription_over", "not_allowed"),
)
async def end_membership_with_term(call: Command, subscription_id: str) -> Response:
    """End it with the term that is paid: nothing more is taken."""
    return await _changed(call, subscription_id, Wish.END_WITH_TERM)


@routes.command(ONE + "/end", SubscriptionDone, problems=("charge_open", "not_allowed"))
async def end_membership(call: Command, subscription_id: str) -> Response:
    """End it now: the days that are left go to the wallet, without their tax."""
    return await _changed(call, subscription_id, Wish.END_NOW)


@routes.command(
    "/v1/service-requests/{request_id}/coverage",
    CoverDone,
    problems=("out_of_turn", "not_subscribed", "not_covered", "not_allowed"),
)
async def show_coverage(call: Command, request_id: str, body: CoverBody) -> Response:
    """Show what a membership bears of a request's newest quote.

    Confirming that quote keeps exactly this, the end of the job bills exactly this, and calling it off gives it free.
    """
    request = id_in_path(Prefix.REQUEST, request_id)
    subscription = id_in_path(Prefix.SUBSCRIPTION, body.subscription_id)
    vehicle = id_in_path(Prefix.VEHICLE, body.vehicle_id)
    command = ShowCover(call.actor, request, subscription, vehicle, call.at)
    return answers.done(await call.run(show_cover, command), Prefix.COVERAGE)


async def _changed(call: CommandCall, subscription_id: str, wish: Wish, code: str = "") -> Response:
    wanted = id_in_path(Prefix.SUBSCRIPTION, subscription_id)
    command = ChangeSubscription(call.actor, wanted, wish, call.at, code, call.expected_version)
    return answers.done(await call.run(change_subscription, command), Prefix.SUBSCRIPTION)


def _sees(call: QueryCall, customer_id: UUID) -> bool:
    actor = call.actor
    return actor.sees_books or actor.is_customer(customer_id)


async def _units(call: QueryCall, found: Subscription, terms: BenefitTerms) -> dict[str, object]:
    number = 0 if found.term is None else found.term.number
    asset = ASSET_OF[terms.benefit]
    stream = account_stream(call.tenant, ledger.units_of(found.id, terms.benefit.value, number), asset)
    account = await call.stack.aggregates.load(LedgerAccount, call.tenant, stream)
    left = 0 if account is None or account.closed else account.available_minor(call.at)
    told = {"benefit": terms.benefit.value, "units": terms.units, "most_per_event": terms.most_per_event}
    return {**told, "left": left}


def _row(row: SubscriptionRow, settings: Settings) -> dict[str, object]:
    return {
        "id": show(Prefix.SUBSCRIPTION, row.subscription_id),
        "version": row.version,
        "customer_id": show(Prefix.USER, row.customer_id),
        "plan_id": show(Prefix.PLAN, row.plan_id),
        "state": row.state,
        "price_minor": row.price_minor,
        "currency": row.currency,
        "term": row.term,
        "ends_at": row.ends_at,
        "ends_with_term": row.ends_with_term,
        "gateway_key": settings.razorpay_key_id,
        "gateway_order": row.gateway_order,
        "wanted_plan_id": None if row.wanted_plan_id is None else show(Prefix.PLAN, row.wanted_plan_id),
        "charge_minor": row.charge_minor,
        "charged_at": row.charged_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }
