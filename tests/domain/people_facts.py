"""Which facts about profiles and vehicles do tests begin from?"""

from datetime import timedelta

from domain.catalogue import Fuel, VehicleClass
from domain.profile import Profile
from domain.profile_terms import Channel, ConsentPurpose, Language, NoticeKind, ProfilePart
from domain.vehicle import Vehicle, VehiclePaper
from tests.support.roadside import CUSTOMER, LATER, NOON, SOON, some_id
from tests.support.rulebook import Fact, fact

RECORD, OTHER_RECORD, ADDRESS, OTHER_CUSTOMER = some_id(971), some_id(972), some_id(973), some_id(974)
UNTIL = NOON + timedelta(days=40)

BEGUN = fact(Profile.Begun, NOON, person_id=CUSTOMER)
TOLD = fact(Profile.Told, NOON, part=ProfilePart.NAME, record_id=RECORD)
ADDRESS_TOLD = fact(Profile.AddressTold, SOON, address_id=ADDRESS, record_id=RECORD, is_default=True)
CONSENTED = fact(Profile.Consented, SOON, purpose=ConsentPurpose.NEWS, text_version="2026-11")
REGISTERED = fact(
    Vehicle.Registered,
    NOON,
    customer_id=CUSTOMER,
    vehicle_class=VehicleClass.CAR,
    fuel=Fuel.PETROL,
    make="maruti_suzuki",
    model="swift",
    record_id=RECORD,
)
INSURED = fact(Vehicle.PaperNoted, NOON, paper=VehiclePaper.INSURANCE, valid_until=UNTIL)
REMINDED = fact(Vehicle.Reminded, LATER, paper=VehiclePaper.INSURANCE, valid_until=UNTIL, days=30)

GOLDEN: tuple[Fact, ...] = (
    BEGUN,
    TOLD,
    ADDRESS_TOLD,
    fact(Profile.AddressDropped, LATER, address_id=ADDRESS),
    fact(Profile.LanguageChosen, LATER, language=Language.HINDI),
    fact(Profile.NoticeChosen, LATER, kind=NoticeKind.NEWS, channel=Channel.EMAIL, is_wanted=True),
    CONSENTED,
    fact(Profile.ConsentWithdrawn, LATER, purpose=ConsentPurpose.NEWS),
    REGISTERED,
    INSURED,
    REMINDED,
    fact(Vehicle.Transferred, LATER, customer_id=OTHER_CUSTOMER, record_id=OTHER_RECORD),
    fact(Vehicle.Retired, LATER),
)
