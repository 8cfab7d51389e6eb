"""How do edge, routes and document become one ASGI application?"""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Route

from infra.bootstrap import Stack
from infra.identity.place import authority_of
from infra.settings import Settings
from infra.telemetry.asgi import ObserveRequests
from infra.version import version
from interfaces.http import docs_page
from interfaces.http.cookies import ASKS
from interfaces.http.cursors import Cursors
from interfaces.http.declared import check_complete, open_paths
from interfaces.http.edge import Edge, trace_id_of
from interfaces.http.failures import problem_of
from interfaces.http.limits import Limits
from interfaces.http.openapi import document_of
from interfaces.http.problems import response
from interfaces.http.rates import Rates
from interfaces.http.routes import (
    accounts,
    api_keys,
    audit,
    crew_accounts,
    customer_details,
    decisions,
    disputes,
    document_files,
    earning_rules,
    fare_rules,
    files,
    health,
    impersonations,
    kpis,
    ledger,
    member_requests,
    memberships,
    my_requests,
    offer_talk,
    offers,
    own_sign_in,
    partner_accounts,
    partner_statement,
    payment_links,
    payment_orders,
    payments,
    payout_batches,
    payouts,
    plans,
    positions,
    price_estimates,
    privacy,
    problems,
    profiles,
    provider_cash,
    provider_papers,
    provider_review,
    providers,
    ratings,
    recoveries,
    refunds,
    request_drive,
    request_legs,
    request_options,
    request_prices,
    request_turns,
    request_twins,
    request_work,
    rewards,
    security_log,
    service_requests,
    sessions,
    shifts,
    sign_in,
    signing_keys,
    supplier,
    tariffs,
    tax_documents,
    tips,
    tokens,
    vehicles,
    wallets,
    webhook_endpoints,
    webhooks,
    zones,
)
from interfaces.http.uploads import Turns

ROUTERS = (
    # First, because routes are tried one after the other: a storm of news is to cost nobody else's time.
    webhooks.router,
    tokens.router,
    sign_in.router,
    sessions.open_router,
    sessions.routes.router,
    accounts.routes.router,
    own_sign_in.routes.router,
    profiles.routes.router,
    vehicles.routes.router,
    privacy.routes.router,
    privacy.open_router,
    impersonations.routes.router,
    service_requests.routes.router,
    request_prices.routes.router,
    request_work.routes.router,
    request_turns.routes.router,
    request_drive.routes.router,
    request_legs.routes.router,
    request_twins.routes.router,
    customer_details.routes.router,
    my_requests.routes.router,
    offers.routes.router,
    offer_talk.routes.router,
    decisions.routes.router,
    request_options.routes.router,
    providers.routes.router,
    crew_accounts.routes.router,
    provider_review.routes.router,
    provider_papers.routes.router,
    files.router,
    shifts.routes.router,
    zones.routes.router,
    tariffs.routes.router,
    price_estimates.routes.router,
    ratings.routes.router,
    positions.routes.router,
    kpis.routes.router,
    wallets.routes.router,
    payments.routes.router,
    tax_documents.routes.router,
    document_files.routes.router,
    supplier.routes.router,
    payment_orders.routes.router,
    payment_links.routes.router,
    tips.routes.router,
    refunds.routes.router,
    disputes.routes.router,
    recoveries.routes.router,
    partner_accounts.routes.router,
    member_requests.routes.router,
    partner_statement.routes.router,
    api_keys.routes.router,
    webhook_endpoints.routes.router,
    provider_cash.routes.router,
    payouts.routes.router,
    payout_batches.routes.router,
    earning_rules.routes.router,
    fare_rules.routes.router,
    plans.routes.router,
    memberships.routes.router,
    rewards.routes.router,
    ledger.routes.router,
    audit.routes.router,
    security_log.routes.router,
    health.router,
    signing_keys.router,
    problems.router,
    docs_page.router,
)
ALL_ROUTES = tuple(route for router in ROUTERS for route in router.routes)
check_complete(ALL_ROUTES)
OPEN_PATHS = open_paths(ALL_ROUTES)
"""Paths under /v1 that need no access token."""

EXPOSED = (
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "VehicAid-Position",
    "X-Correlation-Id",
)
"""What a page may read of an answer's head."""


def described_app() -> FastAPI:
    """The routes and their document, without anything behind them."""
    app = FastAPI(title="VehicAid", version=version(), openapi_url=None, redirect_slashes=False)
    # Not include_router: it would solve at every request what is fixed here, at half the price of a command.
    app.router.routes.extend(ALL_ROUTES)
    app.openapi = lambda: document_of(app)  # type: ignore[method-assign]  # the way FastAPI documents
    return app


def build_app(settings: Settings, stack: Stack | None = None) -> FastAPI:
    """The application; ``stack`` may be set later as ``app.state.stack``, before the first request."""
    app = described_app()
    authority = authority_of(settings) if stack is None else stack.identity.authority
    app.state.authority = authority
    app.state.cursors = Cursors(settings.cursor_key)
    app.state.stopping = False
    app.state.uploads = Turns(settings.file_uploads_at_once)
    if stack is not None:
        app.state.stack = stack
    if settings.web_origins:
        app.user_middleware.append(_for_pages_of(settings))
    app.user_middleware.append(Middleware(ObserveRequests))
    app.user_middleware.append(
        Middleware(
            Edge,
            authority=authority,
            limits=Limits.of(settings),
            open_paths=OPEN_PATHS,
            rates=Rates.of(settings),
            over_tls=settings.over_tls or settings.tls_certificate is not None,
        )
    )
    for failure in (RequestValidationError, HTTPException):
        app.add_exception_handler(failure, _tell)
    return app


def _for_pages_of(settings: Settings) -> Middleware:
    """Browsers ask first whether a page may call us: those pages that are listed may, and say who somebody is."""
    return Middleware(
        CORSMiddleware,
        allow_origins=list(settings.web_origins),
        allow_credentials=True,
        allow_methods=("GET", "POST"),
        allow_headers=("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "traceparent", ASKS),
        expose_headers=EXPOSED,
    )


async def _tell(request: Request, error: Exception) -> Response:
    problem = problem_of(error)
    if problem.code == "method_not_allowed":
        # The router names the methods of the first route it met at this address; there may be several.
        problem.headers["Allow"] = ", ".join(sorted(_methods_at(request)))
    return response(problem, trace_id_of(request.scope))


def _methods_at(request: Request) -> set[str]:
    path = request.scope["path"]
    there = [one for one in request.app.router.routes if isinstance(one, Route) and one.path_regex.match(path)]
    # An address that a route names to the letter (/v1/tariffs/default) is that, not an id that somebody made up.
    named = [route for route in there if route.path == path]
    return {method for route in named or there for method in route.methods or set()}
