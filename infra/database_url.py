"""With which connection string does a process reach its cell, and as whom?"""

from typing import Final

from psycopg import conninfo

from infra.settings import Settings, SettingsError

APP_ROLE: Final = "vehicaid_app"
READER_ROLE: Final = "vehicaid_reader"


def search_path(cell: str) -> str:
    """The schemas names are looked up in: pg_catalog (first because unnamed), the cell, temporary tables last."""
    return f"{cell},pg_temp"


def app_dsn(settings: Settings, application_name: str = "vehicaid") -> str:
    """Connection string of api, projector and dispatcher: whatever the url's user is, it acts as the app role.

    Raises SettingsError when no database is known.
    """
    url = _known(settings.database_url)
    acts_as_app = _user(url) == APP_ROLE or bool(settings.admin_database_url)
    return _dsn(url, settings, application_name, role=None if acts_as_app else APP_ROLE)


def admin_dsn(settings: Settings, application_name: str = "vehicaid-admin") -> str:
    """Connection string of the owner of the schema: migrations, sealing checks, benches.

    Raises SettingsError when no database is known.
    """
    return _dsn(_known(settings.admin_database_url or settings.database_url), settings, application_name, role=None)


def _known(url: str) -> str:
    if not url:
        message = "no database: start one with `vehicaid up`, or set VEHICAID_DATABASE_URL"
        raise SettingsError(message)
    return url


def _user(url: str) -> str | None:
    user = conninfo.conninfo_to_dict(url).get("user")
    return None if user is None else str(user)


def _dsn(url: str, settings: Settings, application_name: str, role: str | None) -> str:
    given = conninfo.conninfo_to_dict(url)
    options = [str(given.get("options") or ""), f"-c search_path={search_path(settings.cell)}", "-c timezone=UTC"]
    if role is not None:
        options.append(f"-c role={role}")
    return conninfo.make_conninfo(
        url,
        application_name=application_name,
        connect_timeout=settings.connect_timeout_s,
        options=" ".join(filter(None, options)),
    )
