"""How is an actor written into the claims of a token, and read back?"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from domain.actor import Actor, Duty, Impersonator, Role, prefix_of_subject
from domain.ids import BadId, Prefix, parse, show
from domain.refusal import Refusal

TENANT_PATTERN: Final = r"^[a-z][a-z0-9_-]{1,39}$"


class BadClaims(Exception):
    """The claims describe nobody."""


def claims_of(actor: Actor) -> dict[str, object]:
    """Who acts, as claims."""
    told: dict[str, object] = {"sub": subject_of(actor), "role": actor.role.value, "tenant": actor.tenant}
    if actor.person_id is not None:
        told["per"] = show(Prefix.USER, actor.person_id)
    if actor.duty is not None:
        told["duty"] = actor.duty.value
    if actor.crew_id is not None:
        told["crew"] = show(Prefix.CREW, actor.crew_id)
    if actor.impersonator is not None:
        session_id = actor.impersonator.session_id
        named = {} if session_id is None else {"sid": show(Prefix.SESSION, session_id)}
        told["imp"] = {"by": actor.impersonator.text, "acts": actor.impersonator.may_act, **named}
    return told


def actor_of(claims: dict[str, object]) -> Actor:
    """The actor that the claims describe; raises BadClaims when they describe none."""
    role, subject, tenant = claims.get("role"), claims.get("sub"), claims.get("tenant")
    if not isinstance(subject, str) or not isinstance(tenant, str) or not isinstance(role, str):
        raise BadClaims
    if not re.fullmatch(TENANT_PATTERN, tenant):
        raise BadClaims
    person, duty, crew = claims.get("per"), claims.get("duty"), claims.get("crew")
    if not all(isinstance(one, str | None) for one in (person, duty, crew)):
        raise BadClaims
    try:
        return replace(
            actor_for(Role(role), subject, tenant),
            person_id=None if person is None else parse(Prefix.USER, str(person)),
            duty=None if duty is None else Duty(str(duty)),
            crew_id=None if crew is None else parse(Prefix.CREW, str(crew)),
            impersonator=_impersonator_of(claims.get("imp")),
        )
    except (ValueError, Refusal) as error:
        raise BadClaims from error


def _impersonator_of(told: object) -> Impersonator | None:
    """Who really acts; raises BadClaims, ValueError or BadId for what names nobody."""
    if told is None:
        return None
    if not isinstance(told, dict):
        raise BadClaims
    named, acts, sid = told.get("by"), told.get("acts"), told.get("sid")
    if not isinstance(named, str) or not isinstance(acts, bool) or not isinstance(sid, str | None):
        raise BadClaims
    role, _, subject = named.partition(":")
    session_id = None if sid is None else parse(Prefix.SESSION, sid)
    return Impersonator(Role(role), parse(Prefix.USER, subject), acts, session_id)


def actor_for(role: Role, subject: str, tenant: str) -> Actor:
    """An actor from its parts as text; raises BadId for a subject that does not fit the role."""
    if role is Role.SYSTEM:
        if not re.fullmatch(TENANT_PATTERN, subject):
            raise BadId("a system's subject is its name: lower-case letters, digits, - and _")
        return Actor.system(subject, tenant)
    return Actor(role, parse(prefix_for(role), subject), tenant)


def subject_of(actor: Actor) -> str:
    """The subject claim: a prefixed id, or the name of one of our own processes."""
    return actor.name if actor.subject_id is None else show(prefix_for(actor.role), actor.subject_id)


def prefix_for(role: Role) -> Prefix:
    """What the subject of a role is: a company, a partner, or for all others a person."""
    return prefix_of_subject(role)


def show_subject(actor: Actor) -> str:
    """The subject as the API shows it."""
    return subject_of(actor)
