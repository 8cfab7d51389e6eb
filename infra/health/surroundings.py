"""Are Redis, the secrets, the disk and the Python around us as they should be?"""

import http.client
import platform
import shutil
import sys
from collections.abc import Iterator
from zoneinfo import available_timezones

import redis

from infra.health.finding import Finding, fine, watch, wrong
from infra.local_state import REQUIRED_SECRETS
from infra.settings import Settings
from infra.version import version

# A day of a busy city is some hundred megabytes of log and index.
LEAST_FREE_BYTES = 1_000_000_000
WATCH_FREE_BYTES = 5_000_000_000
OLDEST_REDIS = (6, 2)
PROBE_TIMEOUT_S = 3.0


def surrounding_findings(settings: Settings) -> Iterator[Finding]:
    """All that is not the database."""
    yield fine("versions", f"vehicaid {version()}, Python {platform.python_version()} on {sys.platform}")
    yield _redis(settings)
    yield _secrets(settings)
    yield _disk(settings)
    yield _time_zones()
    yield _api(settings)


def _redis(settings: Settings) -> Finding:
    if not settings.redis_url:
        return wrong("redis", "no Redis is known", "start `vehicaid up`, or set VEHICAID_REDIS_URL")
    try:
        with redis.Redis.from_url(
            settings.redis_url, socket_timeout=PROBE_TIMEOUT_S, socket_connect_timeout=PROBE_TIMEOUT_S
        ) as client:
            info = client.info()
            number = str(info["redis_version"])
            policy = str(info.get("maxmemory_policy", "noeviction"))
    except redis.RedisError as error:
        return wrong("redis", " ".join(str(error).split()), "start the server, check VEHICAID_REDIS_URL")
    if tuple(int(part) for part in number.split(".")[:2]) < OLDEST_REDIS:
        return wrong("redis", f"Redis {number}", "use Redis 6.2 or newer")
    if policy != "noeviction":
        return watch("redis", f"Redis {number} forgets keys when full ({policy})", "set maxmemory-policy noeviction")
    return fine("redis", f"Redis {number}")


def _secrets(settings: Settings) -> Finding:
    missing = [f"VEHICAID_{name.upper()}" for name in REQUIRED_SECRETS if getattr(settings, name) is None]
    if missing:
        return wrong("secrets", f"missing: {', '.join(missing)}", "set them; `vehicaid up` makes local ones")
    if settings.audit_signing_key is None:
        return watch("secrets", "exported roots of the log are not signed", "set VEHICAID_AUDIT_SIGNING_KEY")
    return fine("secrets", "all are set")


def _disk(settings: Settings) -> Finding:
    place = settings.state_dir if settings.state_dir.exists() else settings.state_dir.absolute().parent
    free = shutil.disk_usage(place).free
    text = f"{free / 1e9:.1f} GB free at {place}"
    if free < LEAST_FREE_BYTES:
        return wrong("disk", text, "make room: without it the log stops taking events")
    if free < WATCH_FREE_BYTES:
        return watch("disk", text, "make room soon")
    return fine("disk", text)


def _time_zones() -> Finding:
    found = len(available_timezones())
    if not found:
        return wrong("time zones", "this system knows none, so no zone has a clock", "install the package tzdata")
    return fine("time zones", f"{found} are known")


def _api(settings: Settings) -> Finding:
    address = f"http://{settings.host}:{settings.port}"
    connection = http.client.HTTPConnection(settings.host, settings.port, timeout=PROBE_TIMEOUT_S)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return watch("api", f"nothing answers at {address}", "start `vehicaid up` or `vehicaid api`")
    finally:
        connection.close()
    if status != http.client.OK:
        return wrong("api", f"{address}/readyz answers {status}", f"see what it says: curl -s {address}/readyz")
    return fine("api", f"ready at {address}")
