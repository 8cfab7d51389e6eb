"""How are all databases of a deployment brought to this release?"""

from collections.abc import Callable

from infra.database_url import admin_dsn
from infra.migrate import migrate
from infra.personal.place import migrate_personal
from infra.settings import Settings


def upgrade(settings: Settings, report: Callable[[str], None] = lambda _line: None) -> list[str]:
    """Apply what is missing, also to a personal store that lives elsewhere, and return the names of what was applied.

    Raises MigrationError, or the driver's OperationalError when a database is away.
    """
    applied = migrate(
        admin_dsn(settings, "vehicaid-migrate"),
        settings.cell,
        lock_timeout_s=settings.migration_lock_timeout_s,
        attempts=settings.migration_attempts,
        report=report,
    )
    return [each.name for each in applied] + [f"{name} (personal store)" for name in migrate_personal(settings, report)]
