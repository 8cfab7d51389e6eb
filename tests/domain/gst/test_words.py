"""Can an amount in words be read back, and does an independent library write the same English?"""

from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from domain.gst.words import DocumentLanguage, grouped, number_in_words, rupees_in_words

SCALES = {
    "crore": 10_000_000,
    "lakh": 100_000,
    "thousand": 1_000,
    "hundred": 100,
    "करोड़": 10_000_000,
    "लाख": 100_000,
    "हज़ार": 1_000,
    "सौ": 100,
}


def small_words(language: DocumentLanguage) -> dict[str, int]:
    return {number_in_words(number, language): number for number in range(100)}


SMALL = {language: small_words(language) for language in DocumentLanguage}


def read_back(words: str, language: DocumentLanguage) -> int:
    """Multiply what stands before a scale; a bigger scale takes all that was told before it."""
    told: list[int] = []
    for word in words.split():
        if word in SCALES:
            below = 0
            while told and (told[-1] < SCALES[word] or word in {"crore", "करोड़"}):
                below += told.pop()
            told.append(below * SCALES[word])
        else:
            told.append(SMALL[language][word])
    return sum(told)


def test_every_number_below_a_hundred_has_a_word_of_its_own() -> None:
    assert all(len(words) == 100 for words in SMALL.values())


@given(st.integers(0, 10**17), st.sampled_from(DocumentLanguage))
def test_words_are_read_back_as_the_number(number: int, language: DocumentLanguage) -> None:
    assert read_back(number_in_words(number, language), language) == number


@given(st.integers(0, 10**10 - 1))
def test_the_english_is_that_of_an_independent_library(number: int) -> None:
    theirs = str(num2words(number, lang="en_IN")).replace(",", "").replace(" and ", " ")
    assert number_in_words(number, DocumentLanguage.ENGLISH) == theirs


def test_an_amount_says_rupees_and_paise() -> None:
    english, hindi = DocumentLanguage.ENGLISH, DocumentLanguage.HINDI
    assert rupees_in_words(12_345_678, english) == (
        "One lakh twenty-three thousand four hundred fifty-six rupees and seventy-eight paise only"
    )
    assert rupees_in_words(100, english) == "One rupee only"
    assert rupees_in_words(101, english) == "One rupee and one paisa only"
    assert rupees_in_words(0, english) == "Zero rupees only"
    assert rupees_in_words(177_000, hindi) == "एक हज़ार सात सौ सत्तर रुपये मात्र"
    assert rupees_in_words(101, hindi) == "एक रुपया और एक पैसा मात्र"
    assert number_in_words(10**12, english) == "one lakh crore"


def test_digits_are_grouped_by_lakh_and_crore() -> None:
    written = [grouped(amount) for amount in (0, 5, 99_999, 100_000, 123_456_750, -1_234_567_890_12, 10_000_000)]
    assert written == ["0.00", "0.05", "999.99", "1,000.00", "12,34,567.50", "-1,23,45,67,890.12", "1,00,000.00"]
