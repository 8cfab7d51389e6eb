"""Does the learnt probability of a yes mean what it says: of ten offers at 0.7, do seven end in a yes?"""

from datetime import timedelta
from math import exp
from random import Random

import pytest

from domain.acceptance import FIRST_GUESS, FORGETS, LEAST, MOST, Acceptance, Asked, counts_as
from domain.offer_terms import DeclineReason
from tests.support.roadside import NOON, TENANT, some_id

PROVIDERS = [some_id(100 + number) for number in range(40)]


def lots(seed: int) -> Random:
    return Random(seed)  # noqa: S311  (a seed, so that a failure can be told again)


def asked(chance: Random) -> Asked:
    at = NOON + timedelta(hours=chance.randrange(24))
    return Asked(TENANT, chance.choice(PROVIDERS), chance.randrange(200, 20_000), at, chance.choice([None, 50_000]))


def truly(one: Asked) -> float:
    """Some are keen and some are not; nobody likes to drive far, and everybody likes money."""
    keen = (PROVIDERS.index(one.provider_id) % 7 - 3) * 0.5
    log_odds = 0.8 + keen - one.distance_m / 8_000 + (0.4 if one.price_minor else -0.4)
    return 1 / (1 + exp(-log_odds))


def taught(answers: int, seed: int = 1) -> Acceptance:
    chance, model = lots(seed), Acceptance()
    for _ in range(answers):
        one = asked(chance)
        model.learn(one, accepted=chance.random() < truly(one))
    return model


def test_whoever_is_new_is_taken_for_the_average_provider() -> None:
    chance = Acceptance().chance(asked(lots(0)))
    assert 0.5 < chance <= FIRST_GUESS, "the published share, drawn towards a half by doubt"
    model = taught(2_000)
    new = Asked(TENANT, some_id(9), 5_000, NOON)
    assert abs(model.chance(new) - 0.45) < 0.1, "what everybody does at that distance, free of charge"


def test_what_it_says_comes_true() -> None:
    model, chance = taught(6_000), lots(2)
    bins: dict[int, list[tuple[float, float]]] = {}
    for _ in range(8_000):
        one = asked(chance)
        said = model.chance(one)
        bins.setdefault(int(said * 10), []).append((said, truly(one)))
    full = [pairs for pairs in bins.values() if len(pairs) >= 200]
    assert len(full) >= 6
    for pairs in full:
        said, came = (sum(each) / len(pairs) for each in zip(*pairs, strict=True))
        assert abs(said - came) < 0.04, (said, came)


def test_it_tells_the_keen_from_the_reluctant_and_near_from_far() -> None:
    model = taught(4_000)
    keen, reluctant = (Asked(TENANT, PROVIDERS[number], 3_000, NOON) for number in (6, 0))
    assert model.chance(keen) > model.chance(reluctant) + 0.3
    far = Asked(TENANT, PROVIDERS[6], 19_000, NOON)
    assert model.chance(keen) > model.chance(far) + 0.2


def test_the_same_answers_give_the_same_chances_and_another_tenant_learns_nothing() -> None:
    one = asked(lots(3))
    assert taught(500).chance(one) == taught(500).chance(one)
    elsewhere = Asked("elsewhere", one.provider_id, one.distance_m, one.at, one.price_minor)
    assert taught(500).chance(elsewhere) == Acceptance().chance(elsewhere)


def test_nobody_is_ever_sure_and_people_may_change() -> None:
    one, model = asked(lots(4)), Acceptance()
    for _ in range(3_000):
        model.learn(one, accepted=False)
    assert model.chance(one) == LEAST
    for _ in range(60):
        model.learn(one, accepted=True)
    assert model.chance(one) > 0.5, f"{FORGETS} of doubt came back with every answer"
    for _ in range(3_000):
        model.learn(one, accepted=True)
    assert model.chance(one) == MOST


@pytest.mark.parametrize("reason", DeclineReason)
def test_an_unsuitable_offer_is_not_held_against_anybody(reason: DeclineReason) -> None:
    unsuitable = reason in {DeclineReason.NO_EQUIPMENT, DeclineReason.VEHICLE_UNSUITABLE}
    assert counts_as(accepted=False, declined_for=reason) is (None if unsuitable else False)
    assert counts_as(accepted=True, declined_for=None) is True
    assert counts_as(accepted=False, declined_for=None) is False
