"""How is a list answered page by page?"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from starlette.responses import Response

from infra.queries.view import After, Filters, ReadModelView
from interfaces.http import answers
from interfaces.http.calls import PageAsked, QueryCall
from interfaces.http.cursors import Cursors
from interfaces.http.problems import Problem
from projections.read_model import Row

R = TypeVar("R", bound=Row)


async def answer(  # noqa: PLR0913  (a list, its question and its rows, by name)
    call: QueryCall,
    view: ReadModelView[R],
    path: str,
    asked: Mapping[str, object],
    filters: Filters,
    page: PageAsked,
    *,
    key_of: Callable[[R], After],
    show: Callable[[R], dict[str, object]],
    before: Callable[[Sequence[R]], Awaitable[None]] | None = None,
) -> Response:
    """One page: ``asked`` is what the caller filtered by, ``filters`` that and what the caller may see.

    ``before`` is told the page's rows before they are shown, to look up what else they show.
    """
    cursors: Cursors = call.request.scope["app"].state.cursors
    await call.at_or_after(view.name, page.min_position)
    scope = {name: str(value) for name, value in filters.items() if value is not None}
    after = None if page.cursor is None else _after(cursors.read(call.tenant, path, scope, page.cursor))
    rows = await view.page(call.tenant, filters, after, page.limit + 1)
    following = None
    if len(rows) > page.limit:
        rows = rows[: page.limit]
        instant, row_id = key_of(rows[-1])
        following = cursors.write(call.tenant, path, scope, [instant.isoformat(), row_id.hex])
    if before is not None:
        await before(rows)
    return answers.page([show(row) for row in rows], following, path, {**asked, "limit": page.limit})


def _after(key: list[str | int]) -> After:
    try:
        instant, row_id = key
        return datetime.fromisoformat(str(instant)), UUID(hex=str(row_id))
    except ValueError as error:
        raise Problem("invalid_cursor") from error
