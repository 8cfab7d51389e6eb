"""How is a page of somebody's entries answered, in the order of the log?"""

from collections.abc import Callable, Mapping
from typing import Final, TypeVar
from uuid import UUID

from starlette.responses import Response

from infra.queries.books_then import Then
from infra.queries.positioned import PositionedView
from interfaces.http import answers
from interfaces.http.calls import PageAsked, QueryCall
from interfaces.http.cursors import Cursors
from interfaces.http.problems import Problem
from projections.read_model import Row

R = TypeVar("R", bound=Row)

END: Final = 2**63 - 1
"""Behind every position."""


async def entries_page(  # noqa: PLR0913  (a list, its question and its rows, by name)
    call: QueryCall,
    view: PositionedView[R],
    path: str,
    owner: UUID,
    page: PageAsked,
    *,
    show: Callable[[R], dict[str, object]],
    beside: Mapping[str, object] | None = None,
    then: Then | None = None,
    scope: Mapping[str, str] | None = None,
) -> Response:
    """One page of an owner's entries, newest first; ``beside`` is told along with them.

    With ``then``, entries that had counted and were known by then; ``scope`` is how the caller asked for it.
    """
    cursors: Cursors = call.request.scope["app"].state.cursors
    await call.at_or_after(view.name, page.min_position)
    before, as_of = (END, None) if then is None else (then.known_at + 1, then.as_of)
    if page.cursor is not None:
        before = min(before, _position(cursors.read(call.tenant, path, scope or {}, page.cursor)))
    rows = await view.page(call.tenant, owner, before, page.limit + 1, as_of)
    following = None
    if len(rows) > page.limit:
        rows = rows[: page.limit]
        following = cursors.write(call.tenant, path, scope or {}, [int(getattr(rows[-1], "position"))])  # noqa: B009  they have one
    return answers.page([show(row) for row in rows], following, path, {"limit": page.limit, **(scope or {})}, beside)


def _position(key: list[str | int]) -> int:
    if len(key) != 1 or not isinstance(key[0], int):
        raise Problem("invalid_cursor")
    return key[0]
