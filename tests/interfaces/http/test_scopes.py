"""May an API key do just what its scopes say, and does every operation of a partner's stand in one place?"""

from typing import get_args

from domain.actor import Role
from interfaces.http.app import ALL_ROUTES
from interfaces.http.declared import is_public, operations
from interfaces.http.routing import row_of
from interfaces.http.scopes import NEVER, SCOPES, holds, scope_of
from interfaces.http.shapes.api_keys import Scope

OPERATIONS = {operation for operation, _, _ in operations(ALL_ROUTES)}
OF_PARTNERS = {one for one in OPERATIONS if Role.PARTNER in row_of(one) and not is_public(row_of(one))}


def test_whatever_a_partner_may_do_is_in_one_scope_or_is_for_people() -> None:
    places = {one: sum(one in group for group in (*SCOPES.values(), NEVER)) for one in OF_PARTNERS}
    assert {one for one, count in places.items() if count != 1} == set()


def test_no_scope_holds_what_a_partner_may_not_do() -> None:
    assert set().union(*SCOPES.values(), NEVER) == OF_PARTNERS


def test_the_scopes_that_can_be_ordered_are_those_that_there_are() -> None:
    assert set(get_args(Scope)) == set(SCOPES)


def test_a_person_is_not_bound_by_scopes_and_a_key_is() -> None:
    assert scope_of("issue_api_key") is None
    for operation in OPERATIONS:
        assert holds(None, operation)
        assert not holds(frozenset(), operation)
        assert holds(frozenset(SCOPES), operation) == any(operation in group for group in SCOPES.values())
