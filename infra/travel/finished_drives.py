"""Which drives has this deployment seen to their end? From taking off to being there, as the log's read models say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import psycopg

from domain.travel.fit import MOST, Drive
from infra.database_url import app_dsn

if TYPE_CHECKING:
    from infra.settings import Settings

# Where the shift was when it took the job, where the vehicle is, and the wheels turning in between. Of a request that
# changed its place nothing is known to have been driven: there are none, a place is for good.
FINISHED: Final = """
SELECT p.from_cell, b.cell, p.departed_at, extract(epoch FROM p.arrived_at - p.departed_at)::float8
  FROM promises p JOIN request_board b ON b.tenant = p.tenant AND b.request_id = p.request_id
 WHERE p.arrived_at IS NOT NULL AND p.departed_at IS NOT NULL
 ORDER BY p.arrived_at DESC LIMIT %s"""


def finished_drives(settings: Settings) -> list[Drive]:
    """The newest of all tenants of this cell: they drive on the same roads."""
    with psycopg.connect(app_dsn(settings, "vehicaid-travel"), autocommit=True) as connection:
        return [Drive(*row) for row in connection.execute(FINISHED, (MOST,)).fetchall()]
