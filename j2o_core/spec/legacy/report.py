"""The translation as people read it."""

from __future__ import annotations

from typing import Iterator, Mapping

from ..node import Path
from .telling import BECAME, GONE, OURS, OVERRULED, UNKNOWN
from .translation import Translation

_HEADINGS = {
    BECAME: "became",
    OVERRULED: "overruled by a variable",
    GONE: "without meaning any more",
    OURS: "of j2o itself",
    UNKNOWN: "unknown",
}


def report_lines(translation: Translation) -> Iterator[str]:
    """A heading for each outcome, a line for each key and variable."""
    yield f"{translation.file} is a configuration of the older {translation.tool} tool; it is read as a spec:"
    for outcome, heading in _HEADINGS.items():
        lines = [line for line in translation.lines if line.outcome == outcome]
        if not lines:
            continue
        yield f"  {heading}:"
        width = min(44, max(len(line.name) for line in lines))
        for line in lines:
            target = ", ".join(line.became)
            text = ": ".join(part for part in (target and f"-> {target}", line.says) if part)
            guess = f"; did you mean '{line.suggestion}'?" if line.suggestion else ""
            place = f"  ({line.place.file}:{line.place.line})" if line.place else ""
            yield f"    {line.name.ljust(width)}  {text}{guess}{place}"


def remarks(translation: Translation) -> Mapping[Path, str]:
    """Beside each value of the spec that a key or variable became, how that was called."""
    found: dict[Path, str] = {}
    for line in translation.lines:
        for text in line.became:
            found.setdefault(tuple(text.split(".")), line.name)
    return found
