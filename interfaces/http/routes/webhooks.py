"""How does the payment gateway tell us what happened? Verified, kept, answered; what follows is a worker's affair."""

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from infra.razorpay.news import event_id_of
from infra.razorpay.signatures import webhook_is_genuine
from interfaces.http import answers
from interfaces.http.problems import Problem

PATH: Final = "/v1/webhooks/razorpay"
SOURCE: Final = "razorpay"


async def take_news(request: Request) -> Response:
    """Whatever is signed is kept and answered with 200, also what nobody can read: an answer says only that it came.

    What is not signed by a secret that lives gets 401. Without a database 503: the gateway sends it again.
    """
    stack = request.scope["app"].state.stack
    body = await request.body()
    if not webhook_is_genuine(stack.settings.webhook_secrets, body, request.headers.get("x-razorpay-signature")):
        raise Problem("forged_webhook")
    event_id = event_id_of(request.headers.get("x-razorpay-event-id"), body)
    is_new = await stack.webhooks.keep(SOURCE, event_id, body)
    return answers.plain({"taken": True, "is_new": is_new})


# No operation of ours: its shape is the gateway's, so it is not in our document, and nothing of it is parsed for us.
router = APIRouter()
router.add_route(PATH, take_news, methods=["POST"], include_in_schema=False)
