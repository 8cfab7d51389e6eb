"""Whatever is ordered in whatever order: does a request keep its promises, and does replay agree?"""

from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.actor import Role
from domain.offer import WhyClosed
from domain.request_terms import CLOSED, CancelReason, ConfirmedBy, RequestState, RevokeReason
from domain.service_request import ServiceRequest
from tests.support.machine import AggregateMachine
from tests.support.roadside import CALL, DESK_ACTOR, NOON, OTHER_SHIFT, some_id
from tests.support.rulebook import STREAM, Fact

PROVIDERS = st.sampled_from([some_id(11), some_id(12), some_id(13)])
OFFERS = st.sampled_from([some_id(31), some_id(32), some_id(33), some_id(34)])
ENDINGS = {"service_request.completed", "service_request.cancelled", "service_request.unfulfilled"}


class RequestMachine(AggregateMachine[ServiceRequest]):
    """Random commands on one request, by anybody."""

    def __init__(self) -> None:
        super().__init__(ServiceRequest.request(STREAM, CALL, NOON))

    @rule(offer_id=OFFERS, provider_id=PROVIDERS)
    def make_offer(self, offer_id: UUID, provider_id: UUID) -> None:
        self.attempt(lambda r: r.make_offer(offer_id, provider_id, OTHER_SHIFT, self.now))

    @rule(offer_id=OFFERS, why=st.sampled_from(WhyClosed))
    def close_some_offer(self, offer_id: UUID, why: WhyClosed) -> None:
        self.attempt(lambda r: r.close_offer(offer_id, why, self.now))

    @rule(why=st.sampled_from(WhyClosed))
    def close_the_live_offer(self, why: WhyClosed) -> None:
        live = self.aggregate.live_offer
        if live is not None:
            assert self.attempt(lambda r: r.close_offer(live.offer_id, why, self.now)) is None

    @rule()
    def take_the_live_offer(self) -> None:
        live = self.aggregate.live_offer
        if live is not None:
            assert self.attempt(lambda r: r.assign(live.offer_id, self.now)) is None

    @rule(offer_id=OFFERS)
    def take_some_offer(self, offer_id: UUID) -> None:
        self.attempt(lambda r: r.assign(offer_id, self.now))

    @rule()
    def set_out(self) -> None:
        self.attempt(lambda r: r.report_en_route(self.now))

    @rule(by=st.sampled_from(ConfirmedBy), distance_m=st.none() | st.integers(0, 10_000))
    def arrive(self, by: ConfirmedBy, distance_m: int | None) -> None:
        self.attempt(lambda r: r.confirm_arrival(by, distance_m, self.now))

    @rule()
    def complete(self) -> None:
        self.attempt(lambda r: r.complete(self.now))

    @rule(by=st.sampled_from(Role), reason=st.sampled_from(CancelReason))
    def cancel(self, by: Role, reason: CancelReason) -> None:
        self.attempt(lambda r: r.cancel(by, reason, self.now))

    @rule()
    def give_up(self) -> None:
        self.attempt(lambda r: r.give_up(self.now))

    @rule(reason=st.sampled_from(RevokeReason))
    def revoke(self, reason: RevokeReason) -> None:
        self.attempt(lambda r: r.revoke_assignment(reason, self.now))

    @invariant()
    def one_offer_and_one_provider_at_a_time(self) -> None:
        asked: UUID | None = None
        holder: UUID | None = None
        for told in self.history:
            name = told.event_class.__name__
            if name == "OfferMade":
                assert asked is None
                assert holder is None
                asked = id_in(told, "offer_id")
            elif name == "OfferClosed":
                assert asked == told.fields["offer_id"]
                asked = None
            elif name == "Assigned":
                assert asked == told.fields["offer_id"]
                assert holder is None
                asked, holder = None, id_in(told, "offer_id")
            elif name in {"EnRouteStarted", "ArrivedOnScene", "Completed", "AssignmentRevoked"}:
                assert holder == told.fields["offer_id"]
                holder = None if name == "AssignmentRevoked" else holder
            elif name == "Cancelled":
                assert asked is None
                assert holder == told.fields["offer_id"]

    @invariant()
    def who_declined_is_not_asked_again(self) -> None:
        declined: set[object] = set()
        for told in self.history:
            if told.event_class is ServiceRequest.OfferMade:
                assert told.fields["provider_id"] not in declined
            elif told.fields.get("why") is WhyClosed.DECLINED:
                declined.add(told.fields["provider_id"])

    @invariant()
    def nothing_is_skipped_and_ends_are_ends(self) -> None:
        topics = self.topics()
        assert not ENDINGS.intersection(topics[:-1])
        if topics[-1] == "service_request.completed":
            assert topics[-3:-1] == ["service_request.en_route_started", "service_request.arrived_on_scene"]

    @invariant()
    def attempts_count_revocations(self) -> None:
        lost = self.topics().count("service_request.assignment_revoked")
        assert self.aggregate.attempt == 1 + lost

    @invariant()
    def what_is_said_to_be_open_is_open(self) -> None:
        said = set(self.aggregate.can(DESK_ACTOR))
        declined = self.aggregate.declined_by
        fresh = some_id(35)
        tried = {
            "offer": lambda r: r.make_offer(fresh, some_id(14), OTHER_SHIFT, self.now),
            "give_up": lambda r: r.give_up(self.now),
            "report_en_route": lambda r: r.report_en_route(self.now),
            "confirm_arrival": lambda r: r.confirm_arrival(ConfirmedBy.DISPATCHER, None, self.now),
            "complete": lambda r: r.complete(self.now),
            "cancel": lambda r: r.cancel(Role.DISPATCHER, CancelReason.OTHER, self.now),
        }
        assert some_id(14) not in declined
        assert {act for act, command in tried.items() if self.would_be_news(command)} == said
        assert (self.aggregate.state in CLOSED) == (not said)
        assert self.aggregate.state is not RequestState.CANCELLED or self.aggregate.live_offer is None


def id_in(told: Fact, name: str) -> UUID:
    value = told.fields[name]
    assert isinstance(value, UUID)
    return value


TestRequest = RequestMachine.TestCase
TestRequest.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
