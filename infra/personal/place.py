"""In which database does the personal store live, with which keys, and who prepares it?"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from infra.database_url import admin_dsn, app_dsn
from infra.migrate import migrate, migrations
from infra.personal.crypto import KEY_BYTES, MasterKeys
from infra.personal.store import PostgresPersonalStore
from infra.settings import Settings, SettingsError
from infra.telemetry.observed import PersonalObserver

if TYPE_CHECKING:
    from collections.abc import Callable

ROLES: Final = 1
PERSONAL: Final = 3
MIGRATIONS: Final = frozenset({ROLES, PERSONAL})
"""What a database needs that holds the personal store and nothing else."""


def personal_store(settings: Settings) -> PostgresPersonalStore:
    """The store of this deployment, to be opened in the loop that uses it.

    Raises SettingsError when a database or the master key is not known.
    """
    dsn = app_dsn(lives_apart(settings) or settings, "vehicaid-personal")
    return PostgresPersonalStore(dsn, master_keys(settings), observer=PersonalObserver())


def master_keys(settings: Settings) -> MasterKeys:
    """The master key and those before it; raises SettingsError for one that is no key."""
    previous = settings.personal_previous_keys
    return MasterKeys(settings.personal_key, [] if previous is None else _keys(previous.get_secret_value()))


def lives_apart(settings: Settings) -> Settings | None:
    """The settings of a database of its own, whose backups can be kept shorter; None when it shares the cell's."""
    if not settings.personal_database_url:
        return None
    return settings.model_copy(
        update={
            "database_url": settings.personal_database_url,
            "admin_database_url": settings.personal_admin_database_url,
        }
    )


def migrate_personal(settings: Settings, report: Callable[[str], None] = lambda _line: None) -> list[str]:
    """Prepare a database of its own; the names of the migrations applied, none when there is no such database."""
    apart = lives_apart(settings)
    if apart is None:
        return []
    files = [file for file in migrations() if file.number in MIGRATIONS]
    applied = migrate(
        admin_dsn(apart, "vehicaid-migrate"),
        settings.cell,
        files=files,
        lock_timeout_s=settings.migration_lock_timeout_s,
        attempts=settings.migration_attempts,
        report=report,
    )
    return [one.name for one in applied]


def _keys(text: str) -> list[bytes]:
    try:
        keys = [base64.b64decode(one, validate=True) for one in text.split(",") if one.strip()]
    except binascii.Error:
        keys = [b""]
    if any(len(key) != KEY_BYTES for key in keys):
        raise SettingsError(
            f"VEHICAID_PERSONAL_PREVIOUS_KEYS: each must be {KEY_BYTES} bytes in base64, between commas"
        )
    return keys
