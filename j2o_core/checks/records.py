"""Records against the cerberus schemas of their extractors."""

from __future__ import annotations

import threading
from typing import Any, Iterator, Mapping, Optional, Sequence

from cerberus import Validator  # type: ignore[import-untyped]

from ..model.problem import Problem
from ..model.record import Record
from . import codes
from .plainly import Fits, fits_plainly

#: how many problems of one record are told
LIMIT = 20


def check_record(record: Record, schema: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a record's data, by dotted field, sorted; keys that the schema does not name are fine.

    Validators are kept for each schema and thread: making one costs as much as checking hundreds of records.
    """
    fits, validator = _validator(schema)
    if (fits is not None and fits(record.data)) or validator.validate(record.data, normalize=False):
        return []
    return [
        Problem(
            codes.MALFORMED_RECORD,
            f"{field or 'the record'}: {message}",
            codes.CODES[codes.MALFORMED_RECORD].severity,
            entity=record.origin.entity,
            key=record.key,
            field=field,
        )
        for field, message in sorted(_flat(validator.errors, ""))[:LIMIT]
    ]


def check_against_any(record: Record, schemas: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """As ``check_record``; a record of an entity with several extractors must satisfy one of their schemas."""
    found: list[Problem] = []
    for schema in schemas:
        problems = check_record(record, schema)
        if not problems:
            return []
        found = found or problems
    return found


_kept = threading.local()


def _validator(schema: Mapping[str, Any]) -> tuple[Optional[Fits], Any]:
    validators = getattr(_kept, "validators", None)
    if validators is None:
        validators = _kept.validators = {}
    found = validators.get(id(schema))
    if found is None or found[0] is not schema:
        # The schema is kept beside its validator, so that its id cannot be given to another one.
        found = (schema, fits_plainly(schema), Validator(dict(schema), allow_unknown=True))
        validators[id(schema)] = found
    return found[1], found[2]


def _flat(errors: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(errors, dict):
        for name, inner in errors.items():
            yield from _flat(
                inner, f"{path}[{name}]" if isinstance(name, int) else f"{path}.{name}" if path else str(name)
            )
    elif isinstance(errors, list):
        for inner in errors:
            yield from _flat(inner, path)
    else:
        yield path, str(errors)
