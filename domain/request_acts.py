"""Which acts are open to somebody on a request, as it stands?"""

from dataclasses import dataclass
from uuid import UUID

from domain.actor import Actor, Role
from domain.request_terms import (
    AT_VEHICLE,
    BEFORE_SEARCH,
    CANCELLABLE,
    CLOSED,
    ON_TRUCK,
    PROVES,
    REVOCABLE,
    TO_BE_PAID,
    UNDER_WAY,
    RequestState,
)

FOR_A_PARTNER = frozenset({"issue_quote", "confirm", "cancel"})
"""What a partner says for its member; everything at the roadside is the member's own to say."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the answer depends on; plain values, so that a read model's row can be asked as well as the aggregate.

    ``provider_id`` is whose job it is, if anyone's. ``is_confirmed`` is true as well when there is no price.
    ``is_there`` tells that the vehicle reached the destination that counts now.
    """

    state: RequestState
    customer_id: UUID
    provider_id: UUID | None
    offer_is_out: bool = False
    is_priced: bool = False
    is_confirmed: bool = True
    tows: bool = False
    is_delivered: bool = False
    drop_refused: bool = False
    is_there: bool = True
    sos: bool = False
    gone_is_reported: bool = False
    change_is_proposed: bool = False
    pays_cash: bool = False
    acknowledgement_is_asked: bool = False


def acts_open(actor: Actor, now: Standing) -> tuple[str, ...]:
    """Which acts are open to an actor on a request that stands so; who may see it was asked before."""
    if now.state in CLOSED:
        return ()
    customer = actor.is_customer(now.customer_id)
    provider = actor.works_for(now.provider_id)
    acts: list[str] = []
    if actor.is_desk:
        acts += _for_the_desk(now)
    if actor.is_desk or provider:
        acts += _for_the_provider(now)
    if actor.is_desk or customer:
        acts += _for_the_customer(now)
    if actor.role is Role.PARTNER:
        acts += [act for act in _for_the_customer(now) if act in FOR_A_PARTNER]
    return tuple(dict.fromkeys(acts))


def _for_the_desk(now: Standing) -> list[str]:
    acts = []
    searching = now.state is RequestState.SEARCHING
    if searching and not now.offer_is_out:
        acts += ["offer", "give_up"]
    if searching or now.state in UNDER_WAY:
        acts.append("escalate")
    if now.state in (RequestState.CONFIRMED, RequestState.SCHEDULED):
        acts.append("start_dispatch")
    if now.state in BEFORE_SEARCH or (searching and not now.offer_is_out):
        acts.append("merge")
    if now.state in BEFORE_SEARCH or searching or now.state in UNDER_WAY:
        acts.append("record_triage")
    return acts


def _for_the_provider(now: Standing) -> list[str]:
    acts = [*_NEXT_STEP.get(now.state, ())]
    if now.acknowledgement_is_asked and now.state is RequestState.ASSIGNED:
        acts.append("acknowledge")
    if now.state is RequestState.ON_SCENE:
        acts += ["start_service", *(() if now.gone_is_reported else ("attempt_contact", "report_gone"))]
    if _can_load(now):
        acts.append("load")
    if now.state is RequestState.AT_DROP:
        acts += _at_the_drop(now)
    if _can_complete(now):
        acts.append("complete")
    if now.state in AT_VEHICLE:
        acts += ["propose_need_change", "end_unsuccessful"]
    if now.state in PROVES:
        acts.append("capture_evidence")
    if now.state in REVOCABLE:
        acts.append("release")
    return acts + _after_the_work(now)


def _after_the_work(now: Standing) -> list[str]:
    if now.state in (RequestState.WORK_DONE, RequestState.FARE_REVIEW):
        return ["propose_fare"]
    return ["collect_cash"] if now.state is RequestState.SETTLING and now.pays_cash else []


def _for_the_customer(now: Standing) -> list[str]:
    acts = _about_the_price(now)
    if now.state is RequestState.EN_ROUTE:
        acts.append("confirm_arrival")
    if now.change_is_proposed and now.state in AT_VEHICLE:
        acts += ["change_need", "reject_need_change"]
    elif now.state is RequestState.SEARCHING and not now.offer_is_out:
        acts.append("change_need")
    if now.gone_is_reported and now.state is RequestState.ON_SCENE:
        acts += ["deny_gone", "confirm_gone"]
    if now.state in ON_TRUCK and not now.is_delivered:
        acts.append("change_drop")
    if not now.sos:
        acts.append("raise_sos")
    if now.state in CANCELLABLE:
        acts.append("cancel")
    return acts


def _about_the_price(now: Standing) -> list[str]:
    acts = []
    if now.state in (RequestState.SUBMITTED, RequestState.QUOTED):
        acts.append("issue_quote")
    if now.is_priced and not now.is_confirmed and now.state not in TO_BE_PAID - {RequestState.WORK_DONE}:
        acts.append("confirm")
    if now.state is RequestState.FARE_REVIEW:
        acts += ["approve_fare", "dispute_fare"]
    return acts


def _can_load(now: Standing) -> bool:
    ready = now.state is RequestState.IN_SERVICE or (now.state is RequestState.ON_SCENE and not now.is_priced)
    return now.tows and ready


def _at_the_drop(now: Standing) -> list[str]:
    if now.is_delivered:
        return []
    if now.drop_refused:
        return ["change_drop"]
    return ["deliver", "refuse_drop"] if now.is_there else ["set_off_to_drop"]


def _can_complete(now: Standing) -> bool:
    if not now.is_priced:
        return now.state in AT_VEHICLE or now.state is RequestState.AT_DROP
    if now.tows:
        return now.state is RequestState.AT_DROP and now.is_delivered
    return now.state is RequestState.IN_SERVICE


_NEXT_STEP = {
    RequestState.ASSIGNED: ("report_en_route",),
    RequestState.EN_ROUTE: ("confirm_arrival",),
    RequestState.LOADED: ("set_off_to_drop",),
    RequestState.IN_TRANSIT: ("arrive_at_drop",),
}
