"""Records against the cerberus schemas of their extractors."""

from __future__ import annotations

import threading
from typing import Any, Iterator, Mapping, Sequence

from cerberus import Validator  # type: ignore[import-untyped]

from ..model.problem import Problem
from ..model.record import Record
from . import codes

#: how many problems of one record are told
LIMIT = 20


def check_record(record: Record, schema: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with a record's data, by dotted field, sorted; keys that the schema does not name are fine.

    Validators are kept for each schema and thread: making one costs as much as checking hundreds of records.
    """
    validator = _validator(schema)
    if validator.validate(record.data, normalize=False):
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


def _validator(schema: Mapping[str, Any]) -> Any:
    validators = getattr(_kept, "validators", None)
    if validators is None:
        validators = _kept.validators = {}
    found = validators.get(id(schema))
    if found is None or found[0] is not schema:
        # The schema is kept beside its validator, so that its id cannot be given to another one.
        found = validators[id(schema)] = (schema, Validator(dict(schema), allow_unknown=True))
    return found[1]


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
