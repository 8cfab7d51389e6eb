"""What can somebody tell of themselves, and see of it again?"""

from collections.abc import Callable, Mapping
from uuid import UUID, uuid5

from starlette.responses import Response

from application.change_profile import ChangeProfile, change_profile
from application.personal import Field, PersonalKind, PersonalRecord, Told, record_id_for
from domain.ids import Prefix, parse, show
from domain.profile import Profile, profile_id
from domain.profile_terms import Channel, NoticeKind, ProfilePart
from interfaces.http import answers
from interfaces.http.calls import Asked, CommandCall, Creation, MinPosition, QueryCall, id_in_path
from interfaces.http.routing import Routes
from interfaces.http.shapes.profiles import (
    AddressBody,
    AddressKept,
    ProfileBody,
    ProfileDone,
    ProfileShown,
    PurposeConsentBody,
    WithdrawalOfConsentBody,
)

PROFILE = "/v1/profile"

Records = Mapping[UUID, PersonalRecord | None]

routes = Routes("Profile")


@routes.query(PROFILE, ProfileShown, problems=("log_unavailable",))
async def read_profile(call: Asked, min_position: MinPosition = None) -> Response:
    """Read what you told of yourself."""
    return await _shown(call, _own(call), min_position)


@routes.query("/v1/customers/{customer_id}/profile", ProfileShown, problems=("log_unavailable",))
async def read_customer_profile(call: Asked, customer_id: str, min_position: MinPosition = None) -> Response:
    """Read what a customer told of themselves; who looks is noted in the security log."""
    return await _shown(call, id_in_path(Prefix.USER, customer_id), min_position)


@routes.command(PROFILE, ProfileDone, problems=("stale_version", "not_allowed"))
async def change_own_profile(call: Creation, body: ProfileBody) -> Response:
    """Tell your name, whom to call in an emergency, your language, and what to write to you about."""
    records: dict[UUID, PersonalRecord] = {}
    parts = []
    if body.name is not None:
        parts.append((ProfilePart.NAME, _record(call, records, PersonalKind.PROFILE, {"name": body.name})))
    if body.emergency_contact is not None:
        fields: dict[str, Field] = {"name": body.emergency_contact.name, "phone": body.emergency_contact.phone}
        parts.append((ProfilePart.EMERGENCY_CONTACT, _record(call, records, PersonalKind.CONTACT, fields)))

    def change(profile: Profile) -> None:
        for part, record_id in parts:
            profile.tell(part, record_id, call.at)
        if body.language is not None:
            profile.choose_language(body.language, call.at)
        for notice in body.notices:
            profile.choose_notice(notice.kind, notice.channel, call.at, is_wanted=notice.is_wanted)

    return await _changed(call, change, records)


@routes.command(PROFILE + "/addresses", AddressKept, problems=("too_many_addresses", "not_allowed"))
async def keep_address(call: Creation, body: AddressBody) -> Response:
    """Keep an address; the first one is the default, or another by `is_default`."""
    own = uuid5(call.context.command_id, "address")
    address_id = own if body.address_id is None else parse(Prefix.PLACE, body.address_id)
    records: dict[UUID, PersonalRecord] = {}
    at = body.location
    fields: dict[str, Field] = {
        "label": body.label,
        "address": body.address,
        "landmark": body.landmark,
        "lat": None if at is None else at.lat,
        "lng": None if at is None else at.lng,
    }
    record_id = _record(call, records, PersonalKind.PLACE, fields)
    return await _changed(
        call,
        lambda profile: profile.tell_address(address_id, record_id, call.at, is_default=body.is_default),
        records,
        address_id=show(Prefix.PLACE, address_id),
    )


@routes.command(PROFILE + "/addresses/{address_id}/removal", ProfileDone, problems=("not_allowed",))
async def drop_address(call: Creation, address_id: str) -> Response:
    """Remove an address; another one becomes the default."""
    wanted = id_in_path(Prefix.PLACE, address_id)
    return await _changed(call, lambda profile: profile.drop_address(wanted, call.at))


@routes.command(PROFILE + "/consents", ProfileDone, problems=("bad_text_version", "not_allowed"))
async def give_consent(call: Creation, body: PurposeConsentBody) -> Response:
    """Agree to something beyond the service itself, by the text that you read."""
    return await _changed(call, lambda profile: profile.consent(body.purpose, body.text_version, call.at))


@routes.command(PROFILE + "/consents/withdrawal", ProfileDone, problems=("nothing_agreed_to", "not_allowed"))
async def withdraw_consent(call: Creation, body: WithdrawalOfConsentBody) -> Response:
    """Agree no more: as easy as it was to agree."""
    return await _changed(call, lambda profile: profile.withdraw_consent(body.purpose, call.at))


async def _changed(
    call: CommandCall,
    change: Callable[[Profile], None],
    records: Mapping[UUID, PersonalRecord] | None = None,
    *,
    address_id: str = "",
) -> Response:
    person = _own(call)
    command = ChangeProfile(call.actor, person, change, call.at, call.expected_version)
    told = Told(person, records) if records else None
    more = {"address_id": address_id} if address_id else {}
    return answers.done(await call.run(change_profile, command, told), Prefix.USER, status=200, location="", **more)


def _record(
    call: CommandCall, records: dict[UUID, PersonalRecord], kind: PersonalKind, fields: Mapping[str, Field]
) -> UUID:
    record_id = record_id_for(call.context.command_id, kind)
    records[record_id] = PersonalRecord(kind, fields)
    return record_id


def _own(call: CommandCall | QueryCall) -> UUID:
    if call.actor.subject_id is None:
        raise AssertionError
    return call.actor.subject_id


async def _shown(call: QueryCall, person_id: UUID, min_position: int | None) -> Response:
    await call.log_at_or_after(min_position)
    kept = await call.stack.aggregates.load(Profile, call.tenant, profile_id(person_id))
    profile = kept or Profile.begin(person_id, call.at)
    records = await call.read_personal([*profile.told.values(), *profile.addresses.values()])
    name = _fields(records, profile.told.get(ProfilePart.NAME))
    whom = _fields(records, profile.told.get(ProfilePart.EMERGENCY_CONTACT))
    return answers.plain(
        {
            "customer_id": show(Prefix.USER, person_id),
            "version": 0 if kept is None else kept.version,
            "name": name.get("name"),
            "emergency_contact": {"name": whom["name"], "phone": whom["phone"]} if whom else None,
            "language": profile.language.value,
            "addresses": [_address(profile, records, address_id) for address_id in profile.addresses],
            "notices": [
                {"kind": kind.value, "channel": channel.value, "is_wanted": profile.wants(kind, channel)}
                for kind in NoticeKind
                for channel in Channel
            ],
            "consents": [
                {"purpose": purpose.value, "text_version": consent.text_version, "given_at": consent.given_at}
                for purpose, consent in profile.consents.items()
            ],
        }
    )


def _address(profile: Profile, records: Records, address_id: UUID) -> dict[str, object]:
    fields = _fields(records, profile.addresses[address_id])
    lat, lng = fields.get("lat"), fields.get("lng")
    return {
        "id": show(Prefix.PLACE, address_id),
        **{name: fields.get(name) for name in ("label", "address", "landmark")},
        "location": None if lat is None else {"lat": lat, "lng": lng},
        "is_default": profile.default_address == address_id,
    }


def _fields(records: Records, record_id: UUID | None) -> Mapping[str, Field]:
    record = None if record_id is None else records.get(record_id)
    return {} if record is None else record.fields
