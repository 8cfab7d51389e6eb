"""As whom do we bill: which name and address stand on our documents?"""

from pydantic import Field
from pydantic_settings import BaseSettings


class SupplierSettings(BaseSettings):
    """The supplier as documents name it; a part of ``Settings``. Its registrations are events, state by state."""

    supplier_name: str = Field(default="VehicAid", min_length=1, max_length=100)
    supplier_street: str = Field(default="", max_length=100)
    supplier_town: str = Field(default="", max_length=50)
    supplier_pin: str = Field(default="", pattern=r"^([1-9][0-9]{5})?$")
