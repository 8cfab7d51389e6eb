"""Does this process live, can it serve, and how does it fare?"""

from dataclasses import asdict

from fastapi import APIRouter, Request
from starlette.responses import Response

from infra.bootstrap import Stack
from infra.telemetry import metrics
from interfaces.http import answers

router = APIRouter(include_in_schema=False)


@router.get("/livez")
async def livez() -> Response:
    """The loop turns: nothing more, so that a lost database restarts nobody."""
    return answers.plain({"ok": True})


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Database, migrations and read models; 503 while any of them is not as it should be."""
    stack: Stack = request.scope["app"].state.stack
    checks = await stack.readiness.checks()
    ok = all(check.ok for check in checks) and not request.scope["app"].state.stopping
    told = answers.plain({"ok": ok, "checks": [asdict(check) for check in checks]}, 200 if ok else 503)
    if not ok:
        told.headers["Retry-After"] = "1"
    return told


@router.get("/metrics")
async def read_metrics() -> Response:
    """Prometheus' text format."""
    shown, kind = metrics.exposition()
    return Response(shown, headers={"Content-Type": kind})
