"""How is the body of a call read? JSON from most, a form with a file from whoever brings a document."""

import json
from email import message_from_bytes
from email.message import Message
from typing import Final

from interfaces.razorpay_sandbox.entities import Entity
from interfaces.razorpay_sandbox.refusals import Refused

# Eight megabytes: twice the largest document.
LARGEST_BODY: Final = 8 * 1024 * 1024


def body_of(content_type: str, raw: bytes) -> Entity:
    """The fields of a body; none of an empty one."""
    if not raw:
        return {}
    if content_type.startswith("multipart/form-data"):
        return _form(content_type, raw)
    try:
        body = json.loads(raw)
    except ValueError:
        raise Refused("Please provide valid JSON") from None
    if not isinstance(body, dict):
        raise Refused("Please provide a JSON object")
    return body


def _form(content_type: str, raw: bytes) -> Entity:
    whole = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + raw)
    fields: Entity = {}
    for part in whole.get_payload():
        if not isinstance(part, Message):
            raise Refused("Please provide a form")
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        file_name = part.get_filename()
        if file_name is None:
            fields[name] = content.decode(errors="replace")
        else:
            fields |= {name: content, "file_name": file_name, "file_type": part.get_content_type()}
    return fields
