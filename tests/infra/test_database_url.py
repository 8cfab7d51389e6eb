"""Does every process act as the application's role, in its own cell, whatever url it was given?"""

import psycopg
import pytest
from psycopg import conninfo, sql

from infra.database_url import admin_dsn, app_dsn
from infra.settings import Settings, SettingsError
from tests.support.servers import Database


def test_an_owner_s_url_alone_is_used_with_the_application_s_role(database: Database) -> None:
    owner_alone = Settings(database_url=database.settings.admin_database_url)
    with psycopg.connect(app_dsn(owner_alone)) as connection:
        assert connection.execute("SELECT session_user::text, current_user::text").fetchone() == (
            "postgres",
            "vehicaid_app",
        )
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE SCHEMA mine")
    with psycopg.connect(admin_dsn(owner_alone)) as connection:
        assert connection.execute("SELECT current_user::text").fetchone() == ("postgres",)


def test_options_of_the_operator_are_kept(database: Database) -> None:
    url = f"{database.settings.database_url}?options=-c%20statement_timeout%3D7s"
    with psycopg.connect(app_dsn(Settings(database_url=url), "the-projector")) as connection:
        assert connection.execute(
            "SELECT current_setting('statement_timeout'), current_setting('search_path'),"
            " current_setting('application_name'), current_setting('timezone')"
        ).fetchone() == ("7s", "cell_main,pg_temp", "the-projector", "UTC")


def test_nothing_in_a_temporary_schema_comes_before_the_cell(database: Database) -> None:
    with psycopg.connect(app_dsn(database.settings)) as connection:
        connection.execute(sql.SQL("CREATE TEMPORARY TABLE schema_migrations (trap int)"))
        columns = [column.name for column in connection.execute("SELECT * FROM schema_migrations").description or ()]
    assert "trap" not in columns


def test_without_any_url_the_operator_is_told_what_to_do() -> None:
    with pytest.raises(SettingsError, match="vehicaid up"):
        app_dsn(Settings(database_url=""))


def test_a_url_without_a_user_is_the_application_s() -> None:
    dsn = conninfo.conninfo_to_dict(app_dsn(Settings(database_url="postgresql://somewhere/db", cell="cell_pune")))
    assert dsn["options"] == "-c search_path=cell_pune,pg_temp -c timezone=UTC -c role=vehicaid_app"
