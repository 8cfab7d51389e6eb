"""Does every route have its row in the table, and every row its route? And which addresses need no token?"""

from collections.abc import Iterable, Iterator

from starlette.routing import BaseRoute

from domain.actor import Role
from interfaces.http.policy import DONE_IN_ANOTHERS_NAME, POLICY, SEEN_IN_ANOTHERS_NAME
from interfaces.http.reach import BadPolicy, Reach, Row
from interfaces.http.routing import row_of

VERSION = "/v1/"


def operations(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str, str]]:
    """The id, the method and the path of whatever is asked of us under /v1."""
    for route in routes:
        path: str = getattr(route, "path", "")
        if path.startswith(VERSION):
            operation = getattr(route, "operation_id", None) or getattr(route, "name", "")
            methods: set[str] = getattr(route, "methods", set())
            yield str(operation), min(methods), path


def check_complete(routes: Iterable[BaseRoute]) -> None:
    """Raises BadPolicy when a route has no row, or a row no route, or two routes share one."""
    told = [operation for operation, _, _ in operations(routes)]
    for operation in told:
        row_of(operation)
    if len(told) != len(set(told)):
        raise BadPolicy(f"two routes of one name: {sorted({one for one in told if told.count(one) > 1})}")
    if unused := sorted((set(POLICY) | SEEN_IN_ANOTHERS_NAME | DONE_IN_ANOTHERS_NAME) - set(told)):
        raise BadPolicy(f"rows without a route: {', '.join(unused)}")


def open_paths(routes: Iterable[BaseRoute]) -> frozenset[str]:
    """The paths that need no token: no operation there asks who calls."""
    routes = list(routes)
    found = {path for operation, _, path in operations(routes) if is_public(row_of(operation))}
    for operation, _, path in operations(routes):
        if path in found and not is_public(row_of(operation)):
            raise BadPolicy(f"{operation} needs a token at an address that needs none")
    if braced := [path for path in found if "{" in path]:
        raise BadPolicy(f"an address without a token names nothing: {', '.join(braced)}")
    return frozenset(found)


def is_public(row: Row) -> bool:
    """Whether this is asked without a token."""
    return row[Role.CUSTOMER].reach is Reach.PUBLIC if Role.CUSTOMER in row else False
