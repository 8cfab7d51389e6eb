"""What is a view for analysts, and with which statements is it made?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from infra.analytics.place import ANALYST_ROLE

MINE: Final = "tenant = (SELECT {views}.tenant())"
"""The second wall: the first are the policies on what lies under a view. Asked once a query, not once a row."""


@dataclass(frozen=True, slots=True)
class View:
    """One documented view. Its query names ``{cell}`` and ``{views}``, the schemas that it is made from.

    ``on`` names the other views that it reads; ``columns`` says of each column, in order, what it holds.
    """

    name: str
    about: str
    query: str
    columns: tuple[tuple[str, str], ...]
    on: tuple[str, ...] = ()

    def statements(self, cell: str, views: str) -> list[str]:
        """What makes it, or makes it anew where its columns stay or grow at the end."""
        name = f"{_quoted(views)}.{_quoted(self.name)}"
        query = self.query.replace("{cell}", _quoted(cell)).replace("{views}", _quoted(views))
        # Where the rows are chosen, no condition of an analyst's own may be looked at first: it could tell what it saw.
        chooses = "true" if MINE in self.query else "false"
        return [
            f"CREATE OR REPLACE VIEW {name} WITH (security_barrier = {chooses}) AS {query}",
            f"COMMENT ON VIEW {name} IS {_literal(self.about)}",
            *(
                f"COMMENT ON COLUMN {name}.{_quoted(column)} IS {_literal(text)}"
                for column, text in self.columns
                if text
            ),
            f"GRANT SELECT ON {name} TO {_quoted(ANALYST_ROLE)}",
        ]

    def definition(self, cell: str, views: str) -> str:
        """Tells two looks of a view apart."""
        return hashlib.sha256("\n".join(self.statements(cell, views)).encode()).hexdigest()


def _quoted(name: str) -> str:
    return sql.Identifier(name).as_string()


def _literal(text: str) -> str:
    return sql.Literal(text).as_string()
