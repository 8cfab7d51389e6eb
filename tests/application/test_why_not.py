"""After which refusals of the gateway is it certain that nothing happened?"""

import pytest

from application.ensuring import why_not
from application.gateway import Rejected, Uncertain


@pytest.mark.parametrize("code", ["key_reused", "credentials_refused", "refunded_otherwise"])
def test_a_refusal_that_may_hide_an_effect_is_a_doubt(code: str) -> None:
    assert why_not(Rejected(code)) == (False, code)


def test_any_other_refusal_is_certain_and_silence_is_not() -> None:
    assert why_not(Rejected("amount_too_small")) == (True, "amount_too_small")
    assert why_not(Uncertain("no_answer")) == (False, "no_answer")
