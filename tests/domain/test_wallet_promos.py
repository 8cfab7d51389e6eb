"""In which order is a wallet spent and given back, and when is what it was given to spend gone?"""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain import ledger
from domain.loyalty import Tier, own_money, reached, tier_grant
from domain.money import CurrencyMismatch
from domain.referral import LEAST_OWN_MINOR, NotEarned, NotReferable, Referral
from domain.wallet import Wallet
from domain.wallet_promo_terms import (
    MOST_GRANTS,
    MOST_PARTS,
    MOST_REWARDS_A_YEAR,
    SPENDS_REMEMBERED,
    BadExpiry,
    Grant,
    NotSpent,
    Part,
    Spent,
    TooManyGrants,
    TooManyRewards,
    WhyGranted,
    last_first,
    spent_more,
    taken_from,
    total_of,
)
from domain.wallet_terms import WalletFrozen, WhyCredited, WhyDebited, WhyFrozen, WhyReleased
from tests.support.roadside import CUSTOMER, LATER, NOON, OTHER_CUSTOMER, OTHER_REQUEST, REQUEST, SOON, TENANT, some_id

SOONEST, UNDATED, LATEST = some_id(901), some_id(902), some_id(903)
IN_A_DAY, IN_A_WEEK, IN_A_YEAR = (NOON + timedelta(days=days) for days in (1, 7, 365))
KEPT, SPEND, REFUND = some_id(911), some_id(912), some_id(913)


def a_wallet(own_minor: int = 1_000) -> Wallet:
    """Own money and three grants: 50 for a day, 30 for a week, 20 for ever."""
    wallet = Wallet.open(TENANT, CUSTOMER, "INR", NOON)
    wallet.credit(some_id(900), own_minor, WhyCredited.TOP_UP, ledger.CASH_DESK, NOON)
    wallet.grant(UNDATED, 20, WhyGranted.GOODWILL, None, NOON)
    wallet.grant(LATEST, 30, WhyGranted.CAMPAIGN, IN_A_WEEK, NOON)
    wallet.grant(SOONEST, 50, WhyGranted.CAMPAIGN, IN_A_DAY, NOON)
    wallet.collect_events()
    return wallet


def left(wallet: Wallet) -> dict[UUID, int]:
    return {grant.grant_id: grant.left_minor for grant in wallet.grants}


def test_what_expires_soonest_is_spent_first_and_what_never_expires_last() -> None:
    wallet = a_wallet()
    assert wallet.spend_promos(SPEND, REQUEST, 90, SOON) == 90
    (spent,) = wallet.collect_events()
    assert [(part.grant_id, part.amount_minor) for part in spent.parts] == [(SOONEST, 50), (LATEST, 30), (UNDATED, 10)]
    assert [leg.amount_minor for leg in spent.legs] == [50, 30, 10, -90]
    assert spent.legs[-1].account == ledger.advance_for(REQUEST)
    assert left(wallet) == {UNDATED: 10}
    assert wallet.balance_minor == 1_000, "the customer's own money is not touched"


def test_the_same_spending_takes_nothing_more() -> None:
    wallet = a_wallet()
    wallet.spend_promos(SPEND, REQUEST, 60, SOON)
    assert wallet.spend_promos(SPEND, REQUEST, 60, SOON) == 0
    assert wallet.promo_minor(SOON) == 40


def test_the_way_back_is_the_way_there_from_its_end() -> None:
    wallet = a_wallet()
    wallet.spend_promos(SPEND, REQUEST, 100, SOON)
    wallet.debit(SPEND, REQUEST, 500, WhyDebited.SERVICE, SOON)
    wallet.collect_events()
    wallet.give_back(REFUND, REQUEST, 525, ledger.REFUND_IN_FLIGHT, LATER)
    (back,) = wallet.collect_events()
    assert [(part.grant_id, part.amount_minor) for part in back.parts] == [(None, 500), (UNDATED, 20), (LATEST, 5)]
    assert (back.amount_minor, back.balance_minor, wallet.balance_minor) == (500, 1_000, 1_000)
    assert left(wallet) == {UNDATED: 20, LATEST: 5}
    wallet.give_back(REFUND, REQUEST, 525, ledger.REFUND_IN_FLIGHT, LATER)
    assert wallet.collect_events() == [], "a refund is given once"
    with pytest.raises(NotSpent):
        wallet.give_back(some_id(914), REQUEST, 76, ledger.REFUND_IN_FLIGHT, LATER)
    wallet.give_back(some_id(914), REQUEST, 75, ledger.REFUND_IN_FLIGHT, LATER)
    assert left(wallet) == {UNDATED: 20, LATEST: 30, SOONEST: 50}


def test_nothing_is_given_back_for_a_job_that_took_nothing() -> None:
    with pytest.raises(NotSpent):
        a_wallet().give_back(REFUND, REQUEST, 1, ledger.REFUND_IN_FLIGHT, LATER)


def test_what_comes_back_after_its_time_is_nobodys() -> None:
    wallet = a_wallet()
    wallet.spend_promos(SPEND, REQUEST, 80, SOON)
    wallet.collect_events()
    wallet.give_back(REFUND, REQUEST, 80, ledger.GOODWILL, IN_A_DAY)
    (back,) = wallet.collect_events()
    assert {leg.account: leg.amount_minor for leg in back.legs} == {
        ledger.GOODWILL: 80,
        ledger.promo_of(CUSTOMER, LATEST): -30,
        ledger.BREAKAGE: -50,
    }
    assert left(wallet) == {UNDATED: 20, LATEST: 30}


def test_what_was_not_spent_in_time_is_gone_once() -> None:
    wallet = a_wallet()
    assert wallet.promo_minor(IN_A_DAY - timedelta(seconds=1)) == 100
    assert wallet.promo_minor(IN_A_DAY) == 50, "nobody has to look for it to be gone"
    wallet.expire_promos(IN_A_DAY)
    (gone,) = wallet.collect_events()
    assert (gone.grant_id, gone.amount_minor, gone.legs[1].account) == (SOONEST, 50, ledger.GOODWILL)
    wallet.expire_promos(IN_A_DAY)
    assert wallet.collect_events() == []


def test_what_is_kept_for_a_job_does_not_expire_under_it() -> None:
    wallet = a_wallet()
    assert wallet.keep_promos(KEPT, REQUEST, 40, "INR", IN_A_WEEK, SOON) == 40
    assert wallet.promo_minor(SOON) == 60
    wallet.expire_promos(IN_A_DAY)
    assert left(wallet)[SOONEST] == 50
    wallet.collect_events()
    assert wallet.spend_promos(SPEND, REQUEST, 70, IN_A_DAY) == 70
    (spent,) = wallet.collect_events()
    assert [(part.grant_id, part.amount_minor) for part in spent.parts] == [(SOONEST, 40), (LATEST, 30)]
    wallet.expire_promos(IN_A_DAY)
    assert left(wallet) == {UNDATED: 20}


def test_what_is_kept_is_kept_once_and_given_free_once() -> None:
    wallet = a_wallet()
    wallet.keep_promos(KEPT, REQUEST, 80, "INR", IN_A_WEEK, SOON)
    assert wallet.keep_promos(KEPT, REQUEST, 80, "INR", IN_A_WEEK, SOON) == 80
    assert wallet.keep_promos(some_id(915), OTHER_REQUEST, 80, "INR", IN_A_WEEK, SOON) == 20
    assert [event.TOPIC for event in wallet.collect_events()] == ["wallet.promo_kept", "wallet.promo_kept"]
    wallet.free_promos(REQUEST, WhyReleased.NOT_NEEDED, SOON)
    wallet.free_promos(REQUEST, WhyReleased.NOT_NEEDED, SOON)
    assert [event.why for event in wallet.collect_events()] == [WhyReleased.NOT_NEEDED]
    assert wallet.promo_minor(SOON) == 80


def test_what_is_kept_anew_for_a_job_takes_the_place_of_the_former() -> None:
    wallet = a_wallet()
    wallet.keep_promos(KEPT, REQUEST, 80, "INR", IN_A_DAY, SOON)
    wallet.keep_promos(some_id(915), REQUEST, 10, "INR", IN_A_WEEK, SOON)
    wallet.keep_promos(some_id(916), OTHER_REQUEST, 10, "INR", IN_A_YEAR, IN_A_WEEK)
    told = [event.why for event in wallet.collect_events() if event.TOPIC == "wallet.promo_freed"]
    assert told == [WhyReleased.REPLACED, WhyReleased.EXPIRED]


def test_a_frozen_wallet_gives_only_what_was_kept_and_takes_what_is_given() -> None:
    wallet = a_wallet()
    wallet.keep_promos(KEPT, REQUEST, 40, "INR", IN_A_WEEK, SOON)
    wallet.freeze(WhyFrozen.LEGAL_ORDER, SOON)
    with pytest.raises(WalletFrozen):
        wallet.keep_promos(some_id(915), OTHER_REQUEST, 1, "INR", IN_A_WEEK, SOON)
    wallet.grant(some_id(904), 5, WhyGranted.GOODWILL, None, SOON)
    assert wallet.spend_promos(SPEND, REQUEST, 100, SOON) == 40


def test_a_wallet_in_another_currency_keeps_nothing() -> None:
    with pytest.raises(CurrencyMismatch):
        a_wallet().keep_promos(KEPT, REQUEST, 1, "JPY", IN_A_WEEK, SOON)


def test_a_grant_is_given_once_also_when_it_is_gone() -> None:
    wallet = a_wallet()
    wallet.spend_promos(SPEND, REQUEST, 100, SOON)
    wallet.collect_events()
    wallet.grant(SOONEST, 50, WhyGranted.CAMPAIGN, IN_A_DAY, SOON)
    assert wallet.collect_events() == []


def test_a_grant_ends_later_than_it_begins_and_there_are_so_many() -> None:
    wallet = a_wallet()
    with pytest.raises(BadExpiry):
        wallet.grant(some_id(904), 5, WhyGranted.GOODWILL, NOON, NOON)
    for number in range(MOST_GRANTS - 3):
        wallet.grant(some_id(2_000 + number), 1, WhyGranted.GOODWILL, None, NOON)
    with pytest.raises(TooManyGrants):
        wallet.grant(some_id(904), 5, WhyGranted.GOODWILL, None, NOON)
    assert wallet.spend_promos(SPEND, REQUEST, 10_000, SOON) == 100 + MOST_PARTS - 3, "as many as one transfer holds"


def test_a_year_allows_so_many_rewards() -> None:
    wallet = a_wallet()
    for number in range(MOST_REWARDS_A_YEAR):
        wallet.grant(some_id(2_000 + number), 1, WhyGranted.REFERRAL, None, NOON)
    with pytest.raises(TooManyRewards):
        wallet.grant(some_id(2_100), 1, WhyGranted.REFERRAL, None, IN_A_YEAR - timedelta(seconds=1))
    wallet.grant(some_id(2_100), 1, WhyGranted.REFERRAL, None, IN_A_YEAR)


def test_parts_are_taken_in_order_and_undone_from_the_end() -> None:
    grants = [Grant(UNDATED, 5, None), Grant(SOONEST, 5, IN_A_DAY)]
    parts = taken_from(grants, 7)
    assert parts == (Part(5, SOONEST, IN_A_DAY), Part(2, UNDATED, None))
    for amount in range(8):
        back, stays = last_first(parts, amount)
        assert (total_of(back), total_of(stays)) == (amount, 7 - amount)
        assert last_first(stays, 0)[1] == stays


def test_a_wallet_remembers_what_so_many_jobs_took() -> None:
    spent: tuple[Spent, ...] = ()
    for number in range(SPENDS_REMEMBERED + 3):
        spent = spent_more(spent, some_id(3_000 + number), (Part(1),))
    assert len(spent) == SPENDS_REMEMBERED
    assert spent[0].request_id == some_id(3_003)


def test_nobody_brings_oneself_or_who_brought_oneself() -> None:
    with pytest.raises(NotReferable):
        Referral.make(TENANT, CUSTOMER, CUSTOMER, NOON)
    back = Referral.make(TENANT, OTHER_CUSTOMER, CUSTOMER, NOON)
    with pytest.raises(NotReferable):
        Referral.make(TENANT, CUSTOMER, OTHER_CUSTOMER, NOON, back)


def test_a_reward_is_earned_once_and_by_own_money() -> None:
    referral = Referral.make(TENANT, CUSTOMER, OTHER_CUSTOMER, NOON)
    with pytest.raises(NotEarned):
        referral.earn(REQUEST, LEAST_OWN_MINOR - 1, SOON)
    assert referral.earn(REQUEST, LEAST_OWN_MINOR, SOON)
    assert not referral.earn(OTHER_REQUEST, LEAST_OWN_MINOR, LATER)
    assert referral.grant_for(CUSTOMER) != referral.grant_for(OTHER_CUSTOMER)


def test_a_tier_is_reached_by_own_money_and_given_for_once_a_year() -> None:
    wallet = a_wallet(600_000)
    wallet.spend_promos(SPEND, REQUEST, 100, SOON)
    assert own_money(wallet.spent) == 0
    wallet.debit(SPEND, REQUEST, 500_000, WhyDebited.SERVICE, SOON)
    assert reached(own_money(wallet.spent)).tier is Tier.SILVER
    wallet.give_back(REFUND, REQUEST, 1, ledger.GOODWILL, LATER)
    assert reached(own_money(wallet.spent)).tier is Tier.BRONZE
    assert tier_grant(CUSTOMER, Tier.GOLD, 2026) != tier_grant(CUSTOMER, Tier.GOLD, 2027)
    with pytest.raises(ValueError, match="begins"):
        reached(5, [replace(reached(0), from_minor=6)])
