"""Which words stand on a document, in each language?"""

from domain.gst.words import DocumentLanguage
from domain.invoice_terms import DocType
from domain.price_terms import LineKind

TITLES = {
    DocumentLanguage.ENGLISH: {
        DocType.INVOICE: "Tax invoice",
        DocType.CREDIT_NOTE: "Credit note",
        DocType.RECEIPT_VOUCHER: "Receipt voucher",
        DocType.REFUND_VOUCHER: "Refund voucher",
    },
    DocumentLanguage.HINDI: {
        DocType.INVOICE: "कर चालान",
        DocType.CREDIT_NOTE: "जमा पत्र",
        DocType.RECEIPT_VOUCHER: "रसीद वाउचर",
        DocType.REFUND_VOUCHER: "वापसी वाउचर",
    },
}

LINES = {
    DocumentLanguage.ENGLISH: {
        LineKind.BASE: "Roadside service",
        LineKind.DISTANCE: "Distance",
        LineKind.PEAK: "Peak hours",
        LineKind.SURGE: "High demand",
        LineKind.WAITING: "Waiting",
        LineKind.PARTS: "Parts",
        LineKind.EXTRA: "Extras",
        LineKind.DISCOUNT: "Discount",
        LineKind.FEE: "Cancellation fee",
        LineKind.TAX_CGST: "CGST",
        LineKind.TAX_SGST: "SGST",
        LineKind.TAX_IGST: "IGST",
        LineKind.ROUNDING: "Rounding",
    },
    DocumentLanguage.HINDI: {
        LineKind.BASE: "सड़क सहायता सेवा",
        LineKind.DISTANCE: "दूरी",
        LineKind.PEAK: "व्यस्त समय",
        LineKind.SURGE: "अधिक माँग",
        LineKind.WAITING: "प्रतीक्षा",
        LineKind.PARTS: "पुर्ज़े",
        LineKind.EXTRA: "अतिरिक्त",
        LineKind.DISCOUNT: "छूट",
        LineKind.FEE: "रद्द करने का शुल्क",
        LineKind.TAX_CGST: "केंद्रीय जीएसटी",
        LineKind.TAX_SGST: "राज्य जीएसटी",
        LineKind.TAX_IGST: "एकीकृत जीएसटी",
        LineKind.ROUNDING: "पूर्णांकन",
    },
}

UNION_TERRITORY = {DocumentLanguage.ENGLISH: "UTGST", DocumentLanguage.HINDI: "केंद्र शासित प्रदेश जीएसटी"}
"""What the state's half is called where there is no legislature to make a state tax."""

WORDS = {
    DocumentLanguage.ENGLISH: {
        "number": "Number",
        "date": "Date",
        "supplier": "Supplier",
        "recipient": "Recipient",
        "gstin": "GSTIN",
        "unregistered": "Unregistered",
        "place": "Place of supply",
        "sac": "SAC",
        "what": "Description",
        "amount": "Amount (₹)",
        "taxable": "Taxable value",
        "total": "Total",
        "words": "In words",
        "reverse": "Tax payable on reverse charge: no",
        "against": "Against",
        "irn": "IRN",
        "ack": "Acknowledged as",
        "void": "CANCELLED",
        "signature": "Digitally kept; no signature needed where it is registered.",
    },
    DocumentLanguage.HINDI: {
        "number": "संख्या",
        "date": "दिनांक",
        "supplier": "आपूर्तिकर्ता",
        "recipient": "प्राप्तकर्ता",
        "gstin": "जीएसटीआईएन",
        "unregistered": "अपंजीकृत",
        "place": "आपूर्ति का स्थान",
        "sac": "एसएसी",
        "what": "विवरण",
        "amount": "राशि (₹)",
        "taxable": "कर योग्य मूल्य",
        "total": "कुल",
        "words": "शब्दों में",
        "reverse": "प्रतिलोम प्रभार पर देय कर: नहीं",
        "against": "के विरुद्ध",
        "irn": "आईआरएन",
        "ack": "पावती संख्या",
        "void": "रद्द",
        "signature": "अंकीय रूप में रखा गया; पंजीकृत होने पर हस्ताक्षर आवश्यक नहीं।",
    },
}
