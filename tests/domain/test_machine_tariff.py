"""However tariffs are published and withdrawn: are versions numbered, is one in effect, and does replay agree?"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from domain.tariff import Tariff
from domain.tariff_terms import TariffTerms
from tests.support.city import INDIA
from tests.support.effort import examples
from tests.support.machine import AggregateMachine
from tests.support.roadside import NOON
from tests.support.rulebook import STREAM

TERMS = st.sampled_from([INDIA, replace(INDIA, quote_valid_s=600), replace(INDIA, rounds_to_minor=1)])
BROKEN = st.sampled_from([replace(INDIA, rows=()), replace(INDIA, time_zone="nowhere")])
APART = st.integers(-30, 30).map(lambda hours: timedelta(hours=hours))


class TariffMachine(AggregateMachine[Tariff]):
    """Random commands on one tariff."""

    def __init__(self) -> None:
        super().__init__(Tariff.open(STREAM, None, NOON))

    @rule(terms=TERMS, apart=APART)
    def publish(self, terms: TariffTerms, apart: timedelta) -> None:
        refused = self.attempt(lambda tariff: tariff.publish(terms, self.now + apart, self.now))
        assert (refused is None) == (apart >= -timedelta(days=1))
        if refused is None:
            in_effect = self.aggregate.in_effect(self.now + apart)
            assert in_effect is not None
            assert in_effect.terms == terms

    @rule(terms=BROKEN)
    def publish_nonsense(self, terms: TariffTerms) -> None:
        assert self.attempt(lambda tariff: tariff.publish(terms, self.now, self.now)) is not None

    @rule(apart=APART)
    def withdraw(self, apart: timedelta) -> None:
        refused = self.attempt(lambda tariff: tariff.withdraw(self.now + apart, self.now))
        if refused is None:
            assert self.aggregate.in_effect(self.now + apart) is None

    @invariant()
    def versions_are_numbered_without_a_gap(self) -> None:
        versions = [told.fields["tariff_version"] for told in self.history if "tariff_version" in told.fields]
        assert versions == list(range(1, len(versions) + 1))


TestTariff = TariffMachine.TestCase
TestTariff.settings = settings(max_examples=examples(40), stateful_step_count=20, deadline=None)
