"""Where do analysts find a cell's views, and as whom do they come?"""

from __future__ import annotations

from typing import Final

from psycopg import conninfo

from infra.settings import Settings, SettingsError

ANALYST_ROLE: Final = "vehicaid_analyst"
FIRST_CELL: Final = "cell_main"


def analytics_schema(cell: str) -> str:
    """The schema of a cell's views, as migration 0007 makes it."""
    return "analytics" if cell == FIRST_CELL else f"analytics_{cell}"


def analyst_dsn(settings: Settings, tenant: str | None, application_name: str = "vehicaid-sql") -> str:
    """Connection string of an analyst's session that is shown one tenant's rows; none without a tenant.

    Raises SettingsError when no analyst's login is known: the application's own would open more doors than views.
    """
    url = settings.analyst_database_url
    if not url:
        message = "no login for analysts: start the local run with `vehicaid up`, or set VEHICAID_ANALYST_DATABASE_URL"
        raise SettingsError(message)
    given = conninfo.conninfo_to_dict(url)
    options = [str(given.get("options") or ""), f"-c search_path={analytics_schema(settings.cell)}", "-c timezone=UTC"]
    if tenant is not None:
        options.append(f"-c vehicaid.tenant={_escaped(tenant)}")
    return conninfo.make_conninfo(
        url,
        application_name=application_name,
        connect_timeout=settings.connect_timeout_s,
        options=" ".join(filter(None, options)),
    )


def _escaped(value: str) -> str:
    """As the server splits options: at spaces, unless a backslash stands before them."""
    return value.replace("\\", "\\\\").replace(" ", "\\ ")
