"""Does the doctor see when nobody could sign in, and when a key has signed for too long?"""

import psycopg
import pytest
from pydantic import SecretStr

from infra.database_url import app_dsn
from infra.health.finding import Finding, Verdict
from infra.health.keys import key_findings
from infra.identity.deployment_key import DeploymentKey
from infra.identity.key_ring import kid_of, public_of
from infra.settings import Settings
from tests.support.servers import Database

pytestmark = pytest.mark.servers


def found(settings: Settings, check: str) -> Finding:
    return next(one for one in key_findings(settings) if one.check == check)


def keep(database: Database, seed: bytes, days: int, settings: Settings | None = None) -> str:
    settings = settings or database.settings
    deployment, public = DeploymentKey(settings.token_key), public_of(seed)
    kid = kid_of(public)
    with psycopg.connect(app_dsn(database.settings), autocommit=True) as connection:
        connection.execute(
            "INSERT INTO signing_keys (kid, public_key, wrapped_seed, kek_id, created_at, signs_from)"
            " SELECT %s, %s, %s, %s, at, at FROM (SELECT clock_timestamp() - make_interval(days => %s)) AS x (at)",
            (kid, public, deployment.wrap(kid, seed), deployment.kek_id, days),
        )
    return kid


def test_keys_are_judged_by_whether_they_open_and_by_their_age(database: Database) -> None:
    assert found(database.settings, "signing keys").verdict is Verdict.WATCH
    other = database.settings.model_copy(update={"token_signing_key": SecretStr("another-secret-0123456789")})
    keep(database, bytes([1]) * 32, 1, other)
    finding = found(database.settings, "signing keys")
    assert (finding.verdict, "VEHICAID_TOKEN_SIGNING_KEY" in finding.advice) == (Verdict.WRONG, True)
    kid = keep(database, bytes([2]) * 32, 91)
    finding = found(database.settings, "signing keys")
    assert (finding.verdict, kid in finding.detail, "rotate" in finding.advice) == (Verdict.WATCH, True, True)
    keep(database, bytes([3]) * 32, 0)
    assert found(database.settings, "signing keys").verdict is Verdict.FINE
    assert found(database.settings, "sessions").verdict is Verdict.FINE
