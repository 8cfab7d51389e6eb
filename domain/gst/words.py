"""How is an amount of rupees written in words, in English and in Hindi, by lakh and crore?"""

from enum import StrEnum

PAISE = 100
"""Of a rupee."""

CRORE = 10_000_000
LAKH = 100_000
THOUSAND = 1_000
HUNDRED = 100


class DocumentLanguage(StrEnum):
    """In which languages documents are written."""

    ENGLISH = "en"
    HINDI = "hi"


_ONES_TOLD = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS_TOLD = "- - twenty thirty forty fifty sixty seventy eighty ninety"
_HINDI_TOLD = (
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ "
    "दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस "
    "बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस "
    "तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस "
    "चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास "
    "पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ "
    "साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर "
    "सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी "
    "अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सतासी अट्ठासी नवासी "
    "नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे"
)
"""0 to 99: every one of them is a word of its own."""

_ONES, _TENS, _HINDI = _ONES_TOLD.split(), _TENS_TOLD.split(), _HINDI_TOLD.split()

_SCALES = {
    DocumentLanguage.ENGLISH: ((CRORE, "crore"), (LAKH, "lakh"), (THOUSAND, "thousand"), (HUNDRED, "hundred")),
    DocumentLanguage.HINDI: ((CRORE, "करोड़"), (LAKH, "लाख"), (THOUSAND, "हज़ार"), (HUNDRED, "सौ")),
}


def number_in_words(number: int, language: DocumentLanguage) -> str:
    """A whole number that is not negative; beyond crores, crores are counted: a lakh crore."""
    for scale, name in _SCALES[language]:
        if number >= scale:
            rest = number % scale
            head = f"{number_in_words(number // scale, language)} {name}"
            return f"{head} {number_in_words(rest, language)}" if rest else head
    return _HINDI[number] if language is DocumentLanguage.HINDI else _small(number)


def rupees_in_words(amount_minor: int, language: DocumentLanguage) -> str:
    """An amount of paise that is not negative, as a document writes it; paise are left out where there are none."""
    rupees, paise = divmod(amount_minor, PAISE)
    if language is DocumentLanguage.HINDI:
        told = [f"{number_in_words(rupees, language)} {'रुपया' if rupees == 1 else 'रुपये'}"]
        if paise:
            told.append(f"{number_in_words(paise, language)} {'पैसा' if paise == 1 else 'पैसे'}")
        return f"{' और '.join(told)} मात्र"
    told = [f"{number_in_words(rupees, language)} {'rupee' if rupees == 1 else 'rupees'}"]
    if paise:
        told.append(f"{number_in_words(paise, language)} {'paisa' if paise == 1 else 'paise'}")
    text = f"{' and '.join(told)} only"
    return text[0].upper() + text[1:]


def grouped(amount_minor: int) -> str:
    """An amount of paise in digits, grouped by lakh and crore: ``12,34,567.50``, with a minus where it is negative."""
    rupees, paise = divmod(abs(amount_minor), PAISE)
    head, tail = divmod(rupees, THOUSAND)
    if not head:
        text = str(tail)
    else:
        pairs = [f"{tail:03}"]
        while head:
            head, pair = divmod(head, HUNDRED)
            pairs.append(f"{pair:02}" if head else str(pair))
        text = ",".join(reversed(pairs))
    return f"{'-' if amount_minor < 0 else ''}{text}.{paise:02}"


def _small(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]
