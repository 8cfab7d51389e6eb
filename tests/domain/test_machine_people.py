"""However profiles and vehicles are told of: does replay agree, is nobody reminded twice or too late?"""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.catalogue import Fuel, VehicleClass
from domain.profile import MOST_ADDRESSES, Profile
from domain.profile_terms import Channel, ConsentPurpose, Language, NoticeKind, ProfilePart
from domain.vehicle import REMIND_DAYS, Vehicle, VehiclePaper
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import CUSTOMER, NOON, some_id
from tests.support.rulebook import STREAM

IDS = st.integers(1, 25).map(some_id)


class ProfileMachine(AggregateMachine[Profile]):
    """Random words about one person."""

    def __init__(self) -> None:
        super().__init__(Profile.begin(CUSTOMER, NOON))

    @rule(part=st.sampled_from(ProfilePart), number=IDS)
    def tell(self, part: ProfilePart, number: object) -> None:
        self.attempt(lambda profile: profile.tell(part, number, self.now))  # type: ignore[arg-type]  # drawn

    @rule(address=IDS, record=IDS, is_default=st.booleans())
    def tell_address(self, address: object, record: object, is_default: bool) -> None:  # noqa: FBT001  drawn
        self.attempt(
            lambda profile: profile.tell_address(address, record, self.now, is_default=is_default)  # type: ignore[arg-type]  # drawn
        )

    @rule(address=IDS)
    def drop_address(self, address: object) -> None:
        self.attempt(lambda profile: profile.drop_address(address, self.now))  # type: ignore[arg-type]  # drawn

    @rule(language=st.sampled_from(Language))
    def choose_language(self, language: Language) -> None:
        self.attempt(lambda profile: profile.choose_language(language, self.now))

    @rule(kind=st.sampled_from(NoticeKind), channel=st.sampled_from(Channel), is_wanted=st.booleans())
    def choose_notice(self, kind: NoticeKind, channel: Channel, is_wanted: bool) -> None:  # noqa: FBT001  drawn
        self.attempt(lambda profile: profile.choose_notice(kind, channel, self.now, is_wanted=is_wanted))
        assert self.aggregate.wants(kind, channel) is is_wanted

    @rule(purpose=st.sampled_from(ConsentPurpose), version=st.sampled_from(["2026-11", "2027-01", "No such", ""]))
    def consent(self, purpose: ConsentPurpose, version: str) -> None:
        self.attempt(lambda profile: profile.consent(purpose, version, self.now))

    @rule(purpose=st.sampled_from(ConsentPurpose))
    def withdraw(self, purpose: ConsentPurpose) -> None:
        self.attempt(lambda profile: profile.withdraw_consent(purpose, self.now))
        assert purpose not in self.aggregate.consents

    @invariant()
    def there_is_a_default_address_exactly_when_there_is_any(self) -> None:
        profile = self.aggregate
        assert len(profile.addresses) <= MOST_ADDRESSES
        assert (profile.default_address in profile.addresses) == bool(profile.addresses)


class VehicleMachine(AggregateMachine[Vehicle]):
    """Random words about one vehicle, and a clock that looks now and then."""

    def __init__(self) -> None:
        name = ("maruti_suzuki", "swift")
        kind = (VehicleClass.CAR, Fuel.PETROL)
        super().__init__(Vehicle.register(STREAM, CUSTOMER, kind, name, some_id(1), NOON))

    @rule(paper=st.sampled_from(VehiclePaper), days=st.integers(-3, 90))
    def note(self, paper: VehiclePaper, days: int) -> None:
        self.attempt(lambda vehicle: vehicle.note_paper(paper, self.now + timedelta(days=days), self.now))

    @rule(hours=st.integers(1, 24 * 25))
    def look(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.attempt(lambda vehicle: vehicle.remind(self.now))
        assert not self.would_be_news(lambda vehicle: vehicle.remind(self.now))

    @rule(number=IDS)
    def transfer(self, number: object) -> None:
        self.attempt(lambda vehicle: vehicle.transfer(number, some_id(2), self.now))  # type: ignore[arg-type]  # drawn

    @rule(really=st.integers(0, 9))
    def retire(self, really: int) -> None:
        if really == 0:
            self.attempt(lambda vehicle: vehicle.retire(self.now))

    @invariant()
    def each_reminder_comes_once_in_time_and_nearer_each_time(self) -> None:
        told: dict[object, int] = {}
        for one in self.history:
            paper, days = one.fields.get("paper"), one.fields.get("days")
            if one.event_class is Vehicle.PaperNoted:
                told.pop(paper, None)
            elif one.event_class is Vehicle.Reminded:
                assert isinstance(days, int)
                until = one.fields["valid_until"]
                assert days in REMIND_DAYS
                assert days < told.get(paper, 31)
                assert until - timedelta(days=days) <= one.at < until  # type: ignore[operator]  # an instant
                told[paper] = days


TestProfile = ProfileMachine.TestCase
TestVehicle = VehicleMachine.TestCase
TestProfile.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
TestVehicle.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
