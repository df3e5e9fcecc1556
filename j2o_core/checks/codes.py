"""The problems that checking finds by itself. What mapping and loaders find keeps the code it came with."""

from __future__ import annotations

from ..model.problem import WARNING
from ..spec.codes import Code

MALFORMED_RECORD = "J2O-C001"
MISSING_REFERENCE = "J2O-C004"
NO_RECORDS = "J2O-C006"

_TABLE = (
    Code(
        MALFORMED_RECORD,
        "Record not as expected",
        "A record does not satisfy the schema that its extractor's plugin states for it.",
        "Look at the record in the source. A record that was cut short on its way must be extracted again.",
    ),
    Code(
        MISSING_REFERENCE,
        "Reference that will be replaced",
        "An item refers to one that is not among the records; what `missing` says will be done.",
        "Nothing, if that is meant.",
        WARNING,
    ),
    Code(
        NO_RECORDS,
        "Nothing to migrate",
        "An entity has a loader and no record at all.",
        "Check the selection and the permissions of the source account; remove the entity if it is meant to be empty.",
        WARNING,
    ),
)

#: by code
CODES = {code.code: code for code in _TABLE}
