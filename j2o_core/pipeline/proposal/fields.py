"""What each field of the source becomes: by the template's lines, in a custom field of the target, or as text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

from ...expressions.errors import ExpressionSyntaxError
from ...expressions.names import FieldNames
from ...expressions.paths import parse_path
from ...hooks.protocols import SourceField, TargetField
from ...spec.writing import flow_text, key_text
from .matching import Match, Matcher, bare
from .steps import Form, form_of
from .synonyms import FIELDS, SYNONYMS
from .template_fields import TemplateFields

_CUSTOM = "cf:"


@dataclass(frozen=True)
class Line:
    """A line of ``map`` or ``drop``: its key, what stands behind it, the comment, and how many fields it is about."""

    key: str
    form: Any
    remark: str
    fields: int = 1


@dataclass(frozen=True)
class FieldLines:
    """``mapped`` lines are the template's, ``proposed`` ones are new; ``kept`` are lines for a person to take, of
    fields that stay text; ``elsewhere`` says what other entities take; ``empty`` fields have no value."""

    mapped: Sequence[Line]
    proposed: Sequence[Line]
    dropped: Sequence[Line]
    kept: Sequence[str]
    elsewhere: Sequence[str]
    empty: Sequence[str]


def propose_fields(
    fields: Sequence[SourceField],
    targets: Sequence[TargetField],
    template: TemplateFields,
    lines: Mapping[str, Any],
    drops: Mapping[str, str],
    entities: Mapping[str, Any],
    always: Sequence[str] = (),
) -> FieldLines:
    """Each field in use once. ``lines`` and ``drops`` are the template's, ``always`` those of its lines to say."""
    names = FieldNames({field.id: field.name for field in fields})
    used = [field for field in fields if field.filled]
    by_line: dict[str, list[SourceField]] = {target: [] for target in always}
    dropped: dict[str, list[SourceField]] = {}
    elsewhere, open_ones = [], []
    for field in used:
        shown = names.display(field.id)
        if shown in template.mapped:
            by_line.setdefault(template.mapped[shown], []).append(field)
        elif shown in template.parts:
            elsewhere.append(f"{field.name} {fill(field)}: {', '.join(template.parts[shown])}")
        elif shown in template.dropped:
            dropped.setdefault(template.dropped[shown], []).append(field)
        else:
            open_ones.append(field)
    there = {bare(target.name): target for target in targets}
    free = [target for target in targets if target.key not in by_line]
    chosen = _assigned(open_ones, free, entities)
    proposed = [_proposal(field, *chosen[field.id], names) for field in open_ones if field.id in chosen]
    kept = [_suggestion(field, free, entities, names) for field in open_ones if field.id not in chosen]
    mapped = [
        Line(target, lines[target], _said(by_line[target], _lack(target, there)), len(by_line[target]))
        for target in lines
        if target in by_line
    ]
    return FieldLines(
        mapped=mapped,
        proposed=sorted(proposed, key=lambda line: line.key.casefold()),
        dropped=[
            Line(line, drops[line], _said(dropped[line], ""), len(dropped[line])) for line in drops if line in dropped
        ],
        kept=kept,
        elsewhere=elsewhere,
        empty=[names.display(field.id) for field in fields if not field.filled],
    )


def path_of(field: SourceField, names: FieldNames) -> str:
    """How a spec reads the field: a custom one by its name where that is unambiguous, else by id."""
    by_name = f"field({json.dumps(field.name, ensure_ascii=False)})"
    if not field.custom or "{{" in field.name or "${" in field.name:
        return field.path
    try:
        return by_name if parse_path(by_name, names).field == field.id else field.path
    except (ExpressionSyntaxError, LookupError, ValueError):
        return field.path


def fill(field: SourceField) -> str:
    """``41 % (24 of 59)``, with ``~`` where only a sample was read."""
    share = 100 * field.filled / (field.of or 1)
    digits = 0 if share >= 10 or share == int(share) else 1 if share >= 0.1 else 3
    return f"{'' if field.exact else '~'}{share:.{digits}f} % ({field.filled:,} of {field.of:,})"


def _assigned(
    fields: Sequence[SourceField], targets: Sequence[TargetField], entities: Mapping[str, Any]
) -> dict[str, tuple[TargetField, Match, Form]]:
    """The surest matches first; a field of the target serves one field of the source."""
    found = []
    for field in fields:
        fitting = {target.name: target for target in targets if form_of(field, target, entities) is not None}
        match = Matcher(fitting, {}, SYNONYMS[FIELDS]).find(field.name)
        if match is not None:
            found.append((match, field, fitting[match.name]))
    found.sort(key=lambda entry: (-entry[0].confidence, -entry[1].filled / (entry[1].of or 1)))
    taken: set[str] = set()
    chosen = {}
    for match, field, target in found:
        form = form_of(field, target, entities)
        if target.key not in taken and form is not None:
            taken.add(target.key)
            chosen[field.id] = (target, match, form)
    return chosen


def _proposal(field: SourceField, target: TargetField, match: Match, form: Form, names: FieldNames) -> Line:
    path = path_of(field, names)
    called = "" if path != field.path or match.name == field.name else f"{field.name}: "
    parts = [
        f"{called}{fill(field)}",
        match.remark,
        field.kind if field.kind == target.kind else f"{field.kind} as {target.kind}",
    ]
    if form.loss:
        parts.append(form.loss)
    return Line(target.key, {"from": path, **form.options} if form.options else path, "; ".join(parts))


def _suggestion(
    field: SourceField, targets: Sequence[TargetField], entities: Mapping[str, Any], names: FieldNames
) -> str:
    """A line that would map the field to a custom field of its own name, for a comment."""
    same = next((target for target in targets if bare(target.name) == bare(field.name)), None)
    own = TargetField(f"{_CUSTOM}{field.name}", field.name, field.kind, field.many)
    form = form_of(field, own, entities) or form_of(field, TargetField(own.key, own.name, "text"), entities)
    path = path_of(field, names)
    text = flow_text({"from": path, **form.options} if form and form.options else path)
    why = "no custom field like it"
    if same is not None:
        why = (
            f"'{same.name}' holds {same.kind}" if form_of(field, same, entities) is None else f"'{same.name}' is taken"
        )
    several = ", several" if field.many else ""
    return f"TODO {key_text(own.key)}: {text}  # {field.kind}{several}; {fill(field)}; {why}"


def _said(fields: Sequence[SourceField], lack: str) -> str:
    if len(fields) == 1 and not lack:
        return fill(fields[0])
    told = ", ".join(f"{field.name} {fill(field)}" for field in fields)
    return "; ".join(part for part in (told, lack) if part)


def _lack(target: str, there: Mapping[str, TargetField]) -> str:
    if not target.startswith(_CUSTOM) or bare(target[len(_CUSTOM) :]) in there:
        return ""
    return "no such custom field: kept as text"
