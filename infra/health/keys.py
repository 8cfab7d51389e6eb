"""Can this deployment sign access tokens, and are its keys young enough?"""

from collections.abc import Iterator

import psycopg

from infra.database_url import app_dsn
from infra.health.finding import Finding, fine, watch, wrong
from infra.identity.deployment_key import DeploymentKey
from infra.settings import Settings, SettingsError

KEYS = """
SELECT kid, wrapped_seed, signs_from <= clock_timestamp(), extract(day FROM clock_timestamp() - signs_from)::int
  FROM signing_keys WHERE verifies_until IS NULL OR verifies_until > clock_timestamp() ORDER BY signs_from DESC"""
# Two days more than retention needs to come round once.
OVERDUE = """
SELECT count(*) FROM sessions
 WHERE least(ended_at, lives_until) < clock_timestamp() - make_interval(days => %s)"""
ROTATE = "run `vehicaid keys rotate`"


def key_findings(settings: Settings) -> Iterator[Finding]:
    """What can be asked of keys and sessions; nothing when the database cannot be asked at all."""
    try:
        deployment = DeploymentKey(settings.token_key)
        connection = psycopg.connect(app_dsn(settings, "vehicaid-doctor"), autocommit=True)
    except (SettingsError, psycopg.OperationalError):
        return
    with connection:
        if connection.execute("SELECT to_regclass('signing_keys')").fetchone() == (None,):
            return
        rows = connection.execute(KEYS).fetchall()
        yield _of_keys(settings, deployment, rows)
        row = connection.execute(OVERDUE, (settings.sessions_kept_days + 2,)).fetchone()
        if row and row[0]:
            yield watch("sessions", f"{row[0]} are kept for longer than they should be", "is the projector running?")
        else:
            yield fine("sessions", "none is kept for longer than it should be")


def _of_keys(settings: Settings, deployment: DeploymentKey, rows: list[tuple[object, ...]]) -> Finding:
    if not rows:
        return watch("signing keys", "there is none yet", "start the api: it makes the first one")
    signing = [row for row in rows if row[2]]
    opened = [row for row in signing if _opens(deployment, row)]
    if not opened:
        advice = "set VEHICAID_TOKEN_SIGNING_KEY as it was, or restart the api: it makes a key that it can open"
        return wrong("signing keys", "none that signs now can be opened", advice)
    age_days = int(str(opened[0][3]))
    if age_days > settings.signing_key_days:
        return watch("signing keys", f"{opened[0][0]} has signed for {age_days} days", ROTATE)
    return fine("signing keys", f"{opened[0][0]} signs since {age_days} days, {len(rows)} verify")


def _opens(deployment: DeploymentKey, row: tuple[object, ...]) -> bool:
    kid, wrapped = str(row[0]), row[1]
    return isinstance(wrapped, bytes) and deployment.unwrap(kid, wrapped) is not None
