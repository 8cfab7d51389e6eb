"""What does it look like on the wire that a crew member has an account?"""

from typing import Annotated

from pydantic import Field

from interfaces.http.shapes.providers import ProviderDone
from interfaces.http.shapes.values import Body, CrewId, UserId


class CrewAccountBody(Body):
    """Whose account is the crew member's."""

    account_id: Annotated[UserId, Field(description="Of somebody who has a duty in this company.")]


class CrewAccountDone(ProviderDone):
    """Where the company stands, and whose account it was about."""

    crew_id: CrewId
    account_id: Annotated[UserId | None, Field(description="Null: there was none.")]
