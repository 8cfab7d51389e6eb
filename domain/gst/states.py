"""Which states and union territories does the goods and services tax know, and how are they written?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """One state or union territory; ``own_tax`` is SGST, or UTGST where there is no legislature to make a state tax."""

    code: str
    name: str
    name_hi: str
    own_tax: str = "SGST"


STATES: dict[str, State] = {
    state.code: state
    for state in (
        State("01", "Jammu and Kashmir", "जम्मू और कश्मीर"),
        State("02", "Himachal Pradesh", "हिमाचल प्रदेश"),
        State("03", "Punjab", "पंजाब"),
        State("04", "Chandigarh", "चंडीगढ़", "UTGST"),
        State("05", "Uttarakhand", "उत्तराखंड"),
        State("06", "Haryana", "हरियाणा"),
        State("07", "Delhi", "दिल्ली"),
        State("08", "Rajasthan", "राजस्थान"),
        State("09", "Uttar Pradesh", "उत्तर प्रदेश"),
        State("10", "Bihar", "बिहार"),
        State("11", "Sikkim", "सिक्किम"),
        State("12", "Arunachal Pradesh", "अरुणाचल प्रदेश"),
        State("13", "Nagaland", "नागालैंड"),
        State("14", "Manipur", "मणिपुर"),
        State("15", "Mizoram", "मिज़ोरम"),
        State("16", "Tripura", "त्रिपुरा"),
        State("17", "Meghalaya", "मेघालय"),
        State("18", "Assam", "असम"),
        State("19", "West Bengal", "पश्चिम बंगाल"),
        State("20", "Jharkhand", "झारखंड"),
        State("21", "Odisha", "ओडिशा"),
        State("22", "Chhattisgarh", "छत्तीसगढ़"),
        State("23", "Madhya Pradesh", "मध्य प्रदेश"),
        State("24", "Gujarat", "गुजरात"),
        State("26", "Dadra and Nagar Haveli and Daman and Diu", "दादरा और नगर हवेली तथा दमन और दीव", "UTGST"),
        State("27", "Maharashtra", "महाराष्ट्र"),
        State("29", "Karnataka", "कर्नाटक"),
        State("30", "Goa", "गोवा"),
        State("31", "Lakshadweep", "लक्षद्वीप", "UTGST"),
        State("32", "Kerala", "केरल"),
        State("33", "Tamil Nadu", "तमिलनाडु"),
        State("34", "Puducherry", "पुदुच्चेरी"),
        State("35", "Andaman and Nicobar Islands", "अंडमान और निकोबार द्वीपसमूह", "UTGST"),
        State("36", "Telangana", "तेलंगाना"),
        State("37", "Andhra Pradesh", "आंध्र प्रदेश"),
        State("38", "Ladakh", "लद्दाख", "UTGST"),
        State("97", "Other Territory", "अन्य क्षेत्र", "UTGST"),
    )
}
"""By code. Two codes of old are gone: 25 went into 26 in 2020, 28 became 37 in 2014."""
