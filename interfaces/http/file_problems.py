"""What can be wrong with a document, with its file, or with a link to it?"""

from collections.abc import Mapping

from interfaces.http.problem_kind import Kind

FILES: Mapping[str, Kind] = {
    "link_refused": Kind(403, "Link refused", "This link is over, or never was one: ask for the document again."),
    "file_not_taken": Kind(
        422,
        "File not taken",
        "Send a whole JPEG, PNG, WebP or PDF without anything that runs; `flaw` says what is wrong.",
    ),
    "file_infected": Kind(422, "File infected", "The virus scanner knows this file."),
    "unknown_file": Kind(422, "Unknown file", "No file of this company has that id: upload it first, within a day."),
    "bad_paper_number": Kind(
        422, "Not such a number", "No authority gives such a number to a document of this kind, or it has no number."
    ),
    "document_not_valid": Kind(
        409, "Document not valid", "A licence, insurance or permit has run out or was rejected."
    ),
    "documents_missing": Kind(409, "Documents missing", "`missing` says which every company has to show, verified."),
    "unknown_document": Kind(404, "Unknown document", "There is no such document, or a newer one in its place."),
    "bad_document": Kind(422, "Not a document", "A SHA-256, one holder who can have that kind, and an end to come."),
}
