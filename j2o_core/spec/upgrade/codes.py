"""What can be wrong with the version of a spec: title, explanation and fix of every code."""

from __future__ import annotations

from ..codes import Code

OLDER_LANGUAGE = "J2O-U001"
NEWER_LANGUAGE = "J2O-U002"
BY_HAND = "J2O-U003"

_TABLE = (
    Code(
        OLDER_LANGUAGE,
        "An older spec language",
        "The file is written in an older version of the language, in which some keys mean something else.",
        "Rewrite it with `j2o spec upgrade FILE --in-place`, which keeps comments and layout.",
    ),
    Code(
        NEWER_LANGUAGE,
        "A newer spec language",
        "The file is written for a newer j2o. What this one knows of the language is not enough to run it.",
        "Upgrade j2o.",
    ),
    Code(
        BY_HAND,
        "To be upgraded by hand",
        "What the older language says here has no counterpart that could be written without a decision.",
        "Change the line as the message says, then upgrade the file again. Nothing is written before all is settled.",
    ),
)
CODES = {code.code: code for code in _TABLE}
