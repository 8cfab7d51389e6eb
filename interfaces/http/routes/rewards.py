"""What can be ordered of, and asked about, what customers are given to spend: grants, referrals, tiers?"""

from starlette.responses import Response

from application.grant_promo import GrantPromo, grant_promo
from application.reward_customers import Refer, RewardReferral, RewardTier, refer, reward_referral, reward_tier
from domain.ids import Prefix, parse, show
from domain.money import Money
from domain.refusal import NotFound
from interfaces.http import answers, paging
from interfaces.http.calls import Asked, Command, MinPosition, Paged, id_in_path
from interfaces.http.routes.wallets import CUSTOMERS, ONE, seen_by
from interfaces.http.routing import Routes
from interfaces.http.shapes.money import WalletDone
from interfaces.http.shapes.rewards import (
    GrantPage,
    PromoGrantBody,
    ReferralBody,
    ReferralDone,
    ReferralShown,
    RewardBody,
)
from projections.promo_grants import GrantRow

GRANTS = ONE + "/grants"
REFERRAL = CUSTOMERS + "/{customer_id}/referral"
GRANTING = ("bad_amount", "unknown_currency", "currency_mismatch", "bad_expiry", "too_many_grants", "too_many_rewards")

routes = Routes("Rewards")


@routes.command(GRANTS, WalletDone, problems=GRANTING)
async def give_promo(call: Command, customer_id: str, body: PromoGrantBody) -> Response:
    """Give a customer something to spend with us.

    It is never paid out, is spent before the customer's own money, the grant that expires first, and is given back to
    where it came from. What is not spent in time is gone.
    """
    money = Money(body.amount_minor, body.currency)
    customer, grant = id_in_path(Prefix.USER, customer_id), parse(Prefix.GRANT, body.grant_id)
    command = GrantPromo(call.actor, customer, grant, money, body.reason, body.expires_at, call.at)
    return answers.done(await call.run(grant_promo, command), Prefix.WALLET)


@routes.query(GRANTS, GrantPage, problems=("invalid_cursor",))
async def list_grants(call: Asked, customer_id: str, *, page: Paged) -> Response:
    """List what a customer was given to spend, newest first, with what is left of it."""
    owner = seen_by(call.actor, customer_id)
    path = GRANTS.replace("{customer_id}", show(Prefix.USER, owner))
    return await paging.answer(
        call,
        call.stack.money.memberships.grants,
        path,
        {},
        {"customer_id": owner},
        page,
        key_of=lambda row: (row.granted_at, row.grant_id),
        show=_grant,
    )


@routes.command(REFERRAL, ReferralDone, problems=("not_referable", "not_allowed"))
async def say_who_told_of_us(call: Command, customer_id: str, body: ReferralBody) -> Response:
    """Say who told of us, before the first job: once and for ever.

    Nobody brings oneself, nor who brought oneself.
    """
    referrer, referred = parse(Prefix.USER, body.referrer_id), id_in_path(Prefix.USER, customer_id)
    command = Refer(call.actor, referrer, referred, call.at)
    return answers.done(await call.run(refer, command), Prefix.REFERRAL)


@routes.query(REFERRAL, ReferralShown)
async def read_referral(call: Asked, customer_id: str, min_position: MinPosition = None) -> Response:
    """Read who told a customer of us, and whether that was rewarded.

    Whoever works for the service also reads why the reward is not given by itself: somebody has shown no telephone of
    their own, a wallet is frozen, or the customer pays by the same UPI id or card as who brought them, or as others
    who were brought.
    """
    customer = seen_by(call.actor, customer_id)
    view = call.stack.money.memberships.referrals
    await call.at_or_after(view.name, min_position)
    found = await view.of(call.tenant, customer)
    if found is None:
        raise NotFound
    is_kept_back = found.state == "waits_for_reward" and call.actor.sees_books
    told = {
        "customer_id": show(Prefix.USER, customer),
        "referrer_id": show(Prefix.USER, found.referrer_id),
        "state": found.state,
        "rewarded_by": None if found.rewarded_by is None else show(Prefix.REQUEST, found.rewarded_by),
        "withheld": found.withheld if is_kept_back else None,
    }
    return answers.plain(told)


@routes.command(REFERRAL + "/reward", WalletDone, problems=("not_earned", *GRANTING))
async def give_referral_reward(call: Command, customer_id: str, body: RewardBody) -> Response:
    """Give both what they were promised, by a job that cost the new customer's own money; once.

    Who had as many rewards as a year allows gets none. Why the dispatcher keeps it back (``withheld``) is not looked
    at here: that is for a person to judge.
    """
    money = Money(body.amount_minor, body.currency)
    referred, request = id_in_path(Prefix.USER, customer_id), parse(Prefix.REQUEST, body.request_id)
    command = RewardReferral(call.actor, referred, request, money, call.at)
    return answers.done(await call.run(reward_referral, command), Prefix.WALLET)


@routes.command(ONE + "/tier-reward", WalletDone, problems=("too_many_grants",))
async def give_tier_reward(call: Command, customer_id: str) -> Response:
    """Give what a customer's tier gives in a year, by the own money that jobs took; once a year and tier."""
    command = RewardTier(call.actor, id_in_path(Prefix.USER, customer_id), call.at)
    return answers.done(await call.run(reward_tier, command), Prefix.WALLET)


def _grant(row: GrantRow) -> dict[str, object]:
    return {
        "id": show(Prefix.GRANT, row.grant_id),
        "reason": row.why,
        "granted_minor": row.granted_minor,
        "left_minor": row.left_minor,
        "expired_minor": row.expired_minor,
        "currency": row.currency,
        "granted_at": row.granted_at,
        "expires_at": row.expires_at,
    }
