"""What is still to be decided is told at its place, and nothing runs before it is."""

from __future__ import annotations

from pathlib import Path

from j2o_core.model.problem import ERROR
from j2o_core.spec.load import LoadResult, load_spec
from j2o_core.spec.undecided import MOST_TOLD

HEAD = "apiVersion: j2o/v1\nkind: Migration\nname: TODO\ndescription: TODO\nextends: j2o:jira-server-basic\n"


def loaded(folder: Path, more: str, environment: str = "") -> LoadResult:
    file = folder / "own.yaml"
    file.write_text(HEAD + more, encoding="utf-8")
    return load_spec(file, environment or None, variables={})


def told(result: LoadResult) -> list[tuple[int, str]]:
    assert {problem.severity for problem in result.problems} <= {ERROR}
    assert {problem.code for problem in result.problems} <= {"J2O-S051"}
    return [(problem.place.line if problem.place else 0, problem.message) for problem in result.problems]


def test_a_row_without_a_value_is_an_error_that_names_the_row(tmp_path: Path):
    result = loaded(tmp_path, 'tables:\n  statuses: {QA: TODO, TODO: New, "odd: #": TODO}\n')
    assert told(result) == [(7, "'QA' is still to be decided"), (7, "'odd: #' is still to be decided")]
    assert result.spec is None


def test_every_other_place_where_a_value_belongs_is_told_as_well(tmp_path: Path):
    more = "entities:\n  work_packages:\n    map: {subject: {default: TODO}}\n    drop: {fields.labels: TODO}\n"
    assert told(loaded(tmp_path, more)) == [
        (8, "entities.work_packages.map.subject.default is still to be decided"),
        (9, 'entities.work_packages.drop["fields.labels"] is still to be decided'),
    ]


def test_other_texts_with_the_word_are_values(tmp_path: Path):
    assert told(loaded(tmp_path, "tables: {statuses: {a: Todo, b: TODO later, c: '='}}\n")) == []


def test_what_tests_say_is_no_value(tmp_path: Path):
    more = "tests:\n  one: {entity: projects, source: {key: TODO, name: TODO}, expect: {name: TODO}}\n"
    assert told(loaded(tmp_path, more)) == []


def test_an_environment_that_decides_is_enough(tmp_path: Path):
    more = "tables: {statuses: {QA: TODO}}\nenvironments: {live: {tables: {statuses: {QA: Closed}}}}\n"
    assert len(told(loaded(tmp_path, more))) == 1
    assert told(loaded(tmp_path, more, "live")) == []


def test_rows_of_a_file_are_told_at_their_line(tmp_path: Path):
    (tmp_path / "statuses.csv").write_text("jira,openproject\nQA,TODO\nDone,Closed\nTesting,TODO\n", encoding="utf-8")
    result = loaded(tmp_path, "tables: {statuses: {csv: {file: ./statuses.csv, key: jira, value: openproject}}}\n")
    assert told(result) == [(2, "'QA' is still to be decided"), (4, "'Testing' is still to be decided")]
    assert {Path(problem.place.file).name for problem in result.problems if problem.place} == {"statuses.csv"}


def test_of_very_many_the_first_are_told_and_the_rest_counted(tmp_path: Path):
    rows = "\n".join(f"    s{number}: TODO" for number in range(MOST_TOLD + 7))
    found = told(loaded(tmp_path, f"tables:\n  statuses:\n{rows}\n"))
    assert len(found) == MOST_TOLD + 1
    assert found[-1][1] == "7 more values are still to be decided"
