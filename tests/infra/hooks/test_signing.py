"""Does a webhook of ours say who sent it, and what happened, and nothing about anybody?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.topics import event_classes
from infra.hooks.signing import TOLERANCE_S, BadHookSecret, headers, is_genuine, new_secret, sign
from infra.hooks.telling import PUBLIC_NAMES, Told, cloud_event, message_id

NOW_S = 1_790_000_000
EXPECTED = "3/iD+UC/cFPl3PtRMPUcvEULlwun6jyVUEMvdX3yW5g="
BODY = b'{"specversion":"1.0"}'
ENDPOINT, REQUEST, PARTNER = UUID(int=1), UUID(int=2), UUID(int=3)


def test_a_signature_of_the_standard_is_made_to_the_letter() -> None:
    # HMAC-SHA256 of "msg_1.1614265330.{}" under the bytes of "secret", reckoned apart.
    assert sign("whsec_c2VjcmV0", "msg_1", 1614265330, b"{}") == "v1," + EXPECTED


def test_both_secrets_hold_while_one_follows_the_other() -> None:
    old, new = new_secret(), new_secret()
    told = headers([new, old], "evt_1", NOW_S, BODY)
    assert is_genuine(old, told, BODY, NOW_S)
    assert is_genuine(new, told, BODY, NOW_S)
    assert not is_genuine(new_secret(), told, BODY, NOW_S)


def test_what_was_changed_or_waited_too_long_is_not_genuine() -> None:
    secret = new_secret()
    told = headers([secret], "evt_1", NOW_S, BODY)
    assert not is_genuine(secret, told, BODY + b" ", NOW_S)
    assert not is_genuine(secret, {**told, "webhook-id": "evt_2"}, BODY, NOW_S)
    assert not is_genuine(secret, {**told, "webhook-timestamp": str(NOW_S + 1)}, BODY, NOW_S)
    assert not is_genuine(secret, {**told, "webhook-timestamp": "soon"}, BODY, NOW_S)
    assert not is_genuine(secret, told, BODY, NOW_S + TOLERANCE_S + 1)
    assert not is_genuine(secret, {}, BODY, NOW_S)


@pytest.mark.parametrize("secret", ["", "whsec_", "secret", "whsec_!!", "c2VjcmV0"])
def test_what_is_no_secret_signs_nothing(secret: str) -> None:
    with pytest.raises(BadHookSecret):
        sign(secret, "evt_1", NOW_S, BODY)


def test_every_fact_that_has_a_public_name_is_one_of_the_log() -> None:
    assert set(PUBLIC_NAMES) <= {one.TOPIC for one in event_classes()}


def test_a_body_is_a_cloud_event_of_ids_alone() -> None:
    told = Told(7, "acme", "service_request.completed", REQUEST, PARTNER, datetime(2026, 11, 23, 9, tzinfo=UTC))
    said = json.loads(cloud_event(told, ENDPOINT))
    assert said["specversion"] == "1.0"
    assert (said["type"], said["id"]) == ("vehicaid.service_request.completed.v1", message_id(7, ENDPOINT))
    assert (said["time"], said["subject"][:4]) == ("2026-11-23T09:00:00Z", "req_")
    assert sorted(said["data"]) == ["partner_id", "position", "service_request_id"]
