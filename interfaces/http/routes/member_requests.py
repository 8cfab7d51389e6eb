"""What can a partner order for its members, and ask about what it bears?"""

from functools import partial
from uuid import UUID, uuid5

from starlette.responses import Response

from application.help_member import HelpMember, help_member
from application.personal import PersonalKind, record_id_for
from domain.catalogue import check_fit
from domain.ids import Prefix, new_id
from domain.partner_account import PartnerAccount
from domain.refusal import NotFound
from interfaces.http import answers
from interfaces.http.calls import Asked, CommandCall, Creation, MinPosition, id_in_path
from interfaces.http.request_views import visible
from interfaces.http.routes.partner_accounts import ONE as PARTNER
from interfaces.http.routes.partner_accounts import OVER_THE_LIMIT
from interfaces.http.routes.service_requests import NO_HELP, ONE, PATH
from interfaces.http.routing import Routes
from interfaces.http.shapes.partners import BearerShown, MemberRequestBody
from interfaces.http.shapes.service_requests import ServiceRequestDone
from interfaces.http.told_call import call_of, told_of

routes = Routes("Partners: members")


@routes.command(
    PARTNER + "/service-requests",
    ServiceRequestDone,
    status=201,
    problems=(*NO_HELP, "log_unavailable", "currency_mismatch", *OVER_THE_LIMIT),
)
async def request_for_member(call: Creation, partner_id: str, body: MemberRequestBody) -> Response:
    """Ask for help for a member of the partner.

    The partner bears the price, up to what it bears of one job; its member pays the rest, in cash or through the
    gateway. An SOS is searched for at once, also when the partner's credit does not reach: then nothing of it is borne.
    """
    partner = await _own(call, partner_id)
    check_fit(body.service, body.fuel)
    fresh = uuid5(call.context.command_id, "customer")
    member = await call.stack.members.person_of(call.tenant, partner, body.member.phone, fresh, call.at)
    record_id = record_id_for(call.context.command_id, PersonalKind.CALL)
    command = HelpMember(
        actor=call.actor,
        partner_id=partner,
        request_id=new_id(call.at),
        call=call_of(member, record_id, body.vehicle_class, body),
        at=call.at,
        pays_by=body.confirm.payment_method if body.confirm else None,
    )
    told = told_of(member, record_id, body.member, body, body.member.reference)
    done = await call.run(partial(help_member, trade=call.stack.trade), command, told)
    return answers.done(done, Prefix.REQUEST, status=201, location=PATH)


async def _own(call: CommandCall, partner_id: str) -> UUID:
    """The partner, for its own people and the desk; raises NotFound before anything is kept of a member."""
    wanted = id_in_path(Prefix.PARTNER, partner_id)
    sees = call.actor.is_desk or call.actor.is_partner(wanted)
    if not sees or await call.stack.aggregates.load(PartnerAccount, call.tenant, wanted) is None:
        raise NotFound
    return wanted


@routes.query(ONE + "/partner", BearerShown)
async def read_bearer(call: Asked, request_id: str, min_position: MinPosition = None) -> Response:
    """Read which partner bears a job, and how much of it.

    For that partner, the desk and the books. What is kept is borne when the job is done, or free again.
    """
    wanted = id_in_path(Prefix.REQUEST, request_id)
    if not call.actor.sees_books:
        wanted = (await visible(call, request_id, min_position)).request_id
    await call.at_or_after(call.stack.partner_requests.name, min_position)
    row = await call.stack.partner_requests.one(call.tenant, wanted)
    if row is None:
        raise NotFound
    told = {name: getattr(row, name) for name in ("kept_minor", "borne_minor", "currency", "named_at")}
    told["request_id"] = answers.shown_id("request_id", row.request_id)
    return answers.plain({**told, "partner_id": answers.shown_id("partner_id", row.partner_id)})
