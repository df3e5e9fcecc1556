"""The problems that checking finds by itself. What mapping and loaders find keeps the code it came with."""

from __future__ import annotations

from ..model.problem import WARNING
from ..spec.codes import Code

MALFORMED_RECORD = "J2O-C001"
DUPLICATE_RECORD = "J2O-C002"
DANGLING_REFERENCE = "J2O-C003"
MISSING_REFERENCE = "J2O-C004"
CIRCLE = "J2O-C005"
NO_RECORDS = "J2O-C006"
ORPHAN = "J2O-C007"

_TABLE = (
    Code(
        MALFORMED_RECORD,
        "Record not as expected",
        "A record does not satisfy the schema that its extractor's plugin states for it.",
        "Look at the record in the source. A record that was cut short on its way must be extracted again.",
    ),
    Code(
        DUPLICATE_RECORD,
        "One id twice",
        "Two records of one entity bear the same immutable id, so one would overwrite the other.",
        "Extract again; if it stays, the source or its extractor is at fault.",
    ),
    Code(
        DANGLING_REFERENCE,
        "Reference to nothing",
        "An item refers to one that is not among the records, and its field says that it must.",
        "Select the other item too, or say under `missing` what should happen instead.",
    ),
    Code(
        MISSING_REFERENCE,
        "Reference that will be replaced",
        "An item refers to one that is not among the records; what `missing` says will be done.",
        "Nothing, if that is meant.",
        WARNING,
    ),
    Code(
        CIRCLE,
        "Items that are their own ancestors",
        "Following the parents of an item leads back to it, so none of them can be the first.",
        "Correct one of the parents in the source, or leave the field out for one of the items with `when`.",
    ),
    Code(
        NO_RECORDS,
        "Nothing to migrate",
        "An entity has a loader and no record at all.",
        "Check the selection and the permissions of the source account; remove the entity if it is meant to be empty.",
        WARNING,
    ),
    Code(
        ORPHAN,
        "Part of nothing",
        "A record belongs to another that is not among the records.",
        "Extract again; what it belonged to was deleted, or is not selected.",
    ),
)

#: by code
CODES = {code.code: code for code in _TABLE}
