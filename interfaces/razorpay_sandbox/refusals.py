"""How does the gateway say no?"""

from interfaces.razorpay_sandbox.entities import Entity


class Refused(Exception):
    """A call that the gateway refuses, as it goes over the wire."""

    def __init__(
        self, description: str, *, status: int = 400, field: str | None = None, reason: str = "input_validation_failed"
    ) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.field = field
        self.reason = reason

    def document(self) -> Entity:
        """The envelope around every error."""
        return error_document("BAD_REQUEST_ERROR", self.description, field=self.field, reason=self.reason)


def error_document(code: str, description: str, *, field: str | None = None, reason: str = "NA") -> Entity:
    """The gateway's own words in the gateway's own envelope."""
    error: Entity = {
        "code": code,
        "description": description,
        "source": "business",
        "step": "payment_initiation",
        "reason": reason,
        "metadata": {},
    }
    if field is not None:
        error["field"] = field
    return {"error": error}


def not_there() -> Refused:
    """An id that the gateway does not know."""
    return Refused("The id provided does not exist")
