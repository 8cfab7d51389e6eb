"""Whom does the policy table admit to a route, named as the tests name it: `GET /v1/offers/{offer_id}`?"""

from collections.abc import Iterable
from typing import Final

from domain.actor import Role
from interfaces.http.app import ALL_ROUTES
from interfaces.http.declared import operations
from interfaces.http.reach import Reach, Row
from interfaces.http.routing import row_of

ROWS: Final[dict[str, Row]] = {
    f"{method} {path}": row_of(operation) for operation, method, path in operations(ALL_ROUTES)
}


def admitted(route: str) -> set[Role]:
    """The roles of its row. That nobody else gets in shows test_policy.py, for every route and without a database."""
    return set(ROWS[route])


def pairs(routes: Iterable[str]) -> list[tuple[str, Role]]:
    """Each route with each role that it admits."""
    return [(route, role) for route in routes for role in sorted(admitted(route))]


def sees_all(route: str, role: Role) -> bool:
    """Whether everything of its tenant is there for this role."""
    return ROWS[route][role].reach is Reach.TENANT


def tagged(tag: str) -> set[str]:
    """Every route of one noun."""
    return {
        f"{method} {path}"
        for route in ALL_ROUTES
        if tag in (getattr(route, "tags", None) or ())
        for _, method, path in operations([route])
    }
