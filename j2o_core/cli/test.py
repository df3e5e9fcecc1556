"""``j2o test``: the tests that stand beside a mapping, run offline."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Mapping, Optional, Sequence

import typer

from .document import print_json
from .failure import FINDINGS, USAGE, Refusal, say
from .loading import environment_option, require_spec, spec_argument
from .session import session

if TYPE_CHECKING:
    from ..mapping.compiled import EntityMapping
    from ..pipeline.trial import Verdict
    from ..spec.cases import Case


def add(app: typer.Typer) -> None:
    """Add ``test``."""
    app.command()(test)


def test(
    context: typer.Context,
    spec: str = spec_argument(),
    env: Optional[str] = environment_option(),
    pattern: Optional[str] = typer.Option(
        None, "-k", metavar="PATTERN", help="Only tests whose name or entity holds this; * and ? stand for any text."
    ),
    junit: Optional[Path] = typer.Option(None, "--junit", metavar="FILE", help="Write the results as JUnit XML too."),
    json: bool = typer.Option(False, "--json", help="Print the results as one JSON document."),
) -> None:
    """Run the tests of a spec, offline: a record in, the payload out. Exit code 1 where one fails.

    They stand under `tests:` in the spec, or in NAME.tests.yaml beside NAME.yaml. A spec without tests passes.

    \b
    Example:
      j2o test acme.yaml -k epic --junit results.xml
    """
    from ..pipeline.trial import Trial  # compiles mappings, which `j2o --help` need not wait for
    from ..spec.cases import cases_of

    current = session(context)
    mappings: dict[str, EntityMapping] = {}
    checked = require_spec(current, spec, env, tests=True, compiled=mappings)
    cases = cases_of(checked)
    chosen = _chosen(cases, pattern)
    if cases and not chosen:
        raise Refusal(f"none of the {len(cases)} tests of {spec} has '{pattern}' in its name or entity", USAGE)
    verdicts = list(Trial(checked, current.plugins.registry, mappings).run(chosen))
    if junit is not None:
        _write_junit(junit, spec, verdicts)
    if json:
        print_json(_document(spec, verdicts))
    else:
        _print(spec, verdicts)
    if not cases:
        say(f"{spec} has no tests: write some under `tests:`, or in a file NAME.tests.yaml beside it")
    if any(not verdict.passed for verdict in verdicts):
        raise typer.Exit(FINDINGS)


def _chosen(cases: Sequence[Case], pattern: Optional[str]) -> list[Case]:
    if pattern is None:
        return list(cases)
    wanted = f"*{pattern.casefold().replace('[', '[[]')}*"
    return [
        case
        for case in cases
        if fnmatch.fnmatchcase(case.name.casefold(), wanted) or fnmatch.fnmatchcase(case.entity.casefold(), wanted)
    ]


def _print(spec: str, verdicts: Sequence[Verdict]) -> None:
    from ..report.contrast import printable

    failed = [verdict for verdict in verdicts if not verdict.passed]
    for verdict in failed:
        place = f"{verdict.case.place.file}:{verdict.case.place.line}: " if verdict.case.place else ""
        print(printable(f"{place}{verdict.case.name} ({verdict.case.entity})"))
        for line in _lines(verdict):
            print(f"    {line}")
    seconds = sum(verdict.seconds for verdict in verdicts)
    count = f"{len(verdicts)} {'test' if len(verdicts) == 1 else 'tests'}"
    print(f"{spec}: {count}, {len(verdicts) - len(failed)} passed, {len(failed)} failed ({seconds:.2f} s)")


def _lines(verdict: Verdict) -> Iterator[str]:
    """All differences of one test, each with the lines of the spec that expect it and that made it so."""
    from ..pipeline.expectation import legible
    from ..report.contrast import contrast, printable

    for difference in verdict.differences:
        expected = f"expected at {difference.place.file}:{difference.place.line}" if difference.place else ""
        made = f"made at {difference.made_at.file}:{difference.made_at.line}" if difference.made_at else ""
        places = ", ".join(place for place in (expected, made) if place)
        yield printable(f"{difference.what}: {places}" if places else difference.what)
        for line in contrast(legible(difference.expected), legible(difference.actual)):
            yield f"  {line}"


def _document(spec: str, verdicts: Sequence[Verdict]) -> Mapping[str, Any]:
    from ..pipeline.expectation import plain

    return {
        "spec": spec,
        "passed": sum(verdict.passed for verdict in verdicts),
        "failed": sum(not verdict.passed for verdict in verdicts),
        "tests": [
            {
                "name": verdict.case.name,
                "entity": verdict.case.entity,
                "passed": verdict.passed,
                **_place(verdict.case.place),
                "differences": [
                    {
                        "what": difference.what,
                        "expected": plain(difference.expected),
                        "actual": plain(difference.actual),
                        **_place(difference.place),
                        "made_at": _place(difference.made_at) if difference.made_at else None,
                    }
                    for difference in verdict.differences
                ],
            }
            for verdict in verdicts
        ],
    }


def _place(place: Any) -> Mapping[str, Any]:
    return {"file": getattr(place, "file", None), "line": getattr(place, "line", None)}


def _write_junit(path: Path, spec: str, verdicts: Sequence[Verdict]) -> None:
    from ..report.junit import Result, junit_xml

    results = [
        Result(
            verdict.case.name,
            verdict.case.entity,
            verdict.seconds,
            None if verdict.passed else "not as expected: " + ", ".join(found.what for found in verdict.differences),
            "\n".join(_lines(verdict)),
            verdict.case.place.file if verdict.case.place else None,
            verdict.case.place.line if verdict.case.place else None,
        )
        for verdict in verdicts
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(junit_xml(spec, results))
