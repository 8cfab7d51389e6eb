"""Is a crew member one person, and a person one of the crew?"""

import pytest

from domain.provider import Provider, ProviderState
from domain.provider_terms import AlreadyLinked, ProviderClosed, UnknownCrew
from tests.domain.facts import ACCOUNT, CREW_LINKED, CREW_UNLINKED, FLEET
from tests.domain.test_provider import crew
from tests.support.roadside import CREW, LATER, OTHER_CREW, SOON, some_id
from tests.support.rulebook import fact, given

ANOTHER_ACCOUNT = some_id(953)
LEFT = fact(Provider.Offboarded, LATER)


def test_a_crew_member_is_told_an_account_once() -> None:
    given(Provider, *FLEET).when(lambda p: p.link_account(CREW, ACCOUNT, SOON)).then(CREW_LINKED)
    given(Provider, *FLEET, CREW_LINKED).when(lambda p: p.link_account(CREW, ACCOUNT, SOON)).then_nothing()


def test_neither_has_another_beside() -> None:
    facts = (*FLEET, CREW_LINKED)
    given(Provider, *facts).when(lambda p: p.link_account(CREW, ANOTHER_ACCOUNT, SOON)).then_refused(AlreadyLinked)
    provider = given(Provider, *facts).now()
    crew(crew_id=OTHER_CREW)(provider)
    with pytest.raises(AlreadyLinked):
        provider.link_account(OTHER_CREW, ACCOUNT, SOON)


def test_only_own_crew_has_accounts() -> None:
    given(Provider, *FLEET).when(lambda p: p.link_account(OTHER_CREW, ACCOUNT, SOON)).then_refused(UnknownCrew)


def test_a_link_is_taken_back_once_and_can_be_made_again() -> None:
    facts = (*FLEET, CREW_LINKED)
    given(Provider, *facts).when(lambda p: p.unlink_account(CREW, LATER)).then(CREW_UNLINKED)
    given(Provider, *facts, CREW_UNLINKED).when(lambda p: p.unlink_account(CREW, LATER)).then_nothing()
    given(Provider, *facts, CREW_UNLINKED).when(lambda p: p.link_account(CREW, ACCOUNT, SOON)).then(CREW_LINKED)


def test_whoever_has_the_account_is_that_crew_member() -> None:
    assert given(Provider, *FLEET, CREW_LINKED).now().crew_of(ACCOUNT) == CREW
    assert given(Provider, *FLEET, CREW_LINKED).now().crew_of(ANOTHER_ACCOUNT) is None


def test_a_company_that_left_has_no_crew_with_accounts() -> None:
    left = given(Provider, *FLEET, CREW_LINKED, LEFT).now()
    assert (left.state, left.crew_of(ACCOUNT)) == (ProviderState.OFFBOARDED, None)
    given(Provider, *FLEET, LEFT).when(lambda p: p.link_account(CREW, ACCOUNT, SOON)).then_refused(ProviderClosed)
