"""How is the document read without the internet? Swagger UI from a package on this machine."""

from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from interfaces.http.openapi import as_text
from interfaces.http.problems import Problem

_ASSETS: Final = files("fastapi_offline") / "static"
_FILES: Final = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon.png": "image/png",
}
# Nothing from elsewhere; Swagger UI sets styles on its elements, and draws with data: images.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'"
)
# A day: they change with a release.
KEPT: Final = "public, max-age=86400"

PAGE: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8"><title>VehicAid API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon.png">
</head>
<body><div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
"""
START: Final = """SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset], validatorUrl: null
});
"""

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
def document(request: Request) -> Response:
    """The document, written once: making it takes longer than a hundred commands."""
    state = request.app.state
    if not hasattr(state, "document"):
        state.document = as_text(request.app).encode()
    return Response(state.document, media_type="application/json")


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@router.get("/docs/start.js")
async def start() -> Response:
    """What a page with this policy may not hold inline."""
    return Response(START, media_type="text/javascript")


@router.get("/docs/{name}")
def asset(name: str) -> Response:
    """One of Swagger UI's own files."""
    if name not in _FILES:
        raise Problem("unknown_route")
    return Response((_ASSETS / name).read_bytes(), media_type=_FILES[name], headers={"Cache-Control": KEPT})
