"""Tables from CSV files: as if their rows had been written in the spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from j2o_core.spec.csv_rows import CsvError, read_rows
from j2o_core.spec.load import LoadResult, load_spec

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: acme
connections:
  jira: {plugin: jira, id: acme, url: "https://jira.example"}
  target: {plugin: target, url: "https://target.example"}
tables:
  users:
    csv: {FORM}
    inline: here
    Bob: robert
entities:
  users:
    extract: {plugin: jira.users}
    map: {login: {from: name, table: users}}
    load: {plugin: target.users}
environments:
  staging: {tables: {users: {csv: {file: ./staging.csv}}}}
"""
FORM = "{file: ./users.csv, key: jira, value: openproject}"
PEOPLE = "name,key,accountId,email,display name,login\n"


def load(
    folder: Path, data: Union[str, bytes], form: str = FORM, name: str = "users.csv", env: Optional[str] = None
) -> LoadResult:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    (folder / "spec.yaml").write_text(SPEC.replace("{FORM}", form), encoding="utf-8")
    return load_spec(folder / "spec.yaml", environment=env, variables={})


def rows(result: LoadResult) -> Any:
    assert result.spec is not None, result.problems
    return dict(result.spec.tables["users"])


def test_rows_of_a_file_are_rows_of_the_table_and_those_of_the_spec_win(tmp_path: Path) -> None:
    result = load(tmp_path, "jira,openproject,remark\nann,anna,x\nBob,bobby,\ngone,,\n*,=,the rest\n")
    assert rows(result) == {"inline": "here", "Bob": "robert", "ann": "anna", "gone": None, "*": "="}
    assert result.problems == []


def test_each_alias_of_a_line_is_a_row(tmp_path: Path) -> None:
    text = PEOPLE + "ann,U1,,ann@x.example,Ann Lee,anna\n,,5b1,bob@x.example,Bob Ray,bob\nall,all,,,,all\n"
    form = "{file: users.csv, key: [name, key, accountId, email, display name], value: login}"
    found = rows(load(tmp_path, text, form))
    assert {key: found[key] for key in ("ann", "U1", "ann@x.example", "Ann Lee")} == dict.fromkeys(
        ("ann", "U1", "ann@x.example", "Ann Lee"), "anna"
    )
    assert {key: found[key] for key in ("5b1", "bob@x.example", "Bob Ray")} == dict.fromkeys(
        ("5b1", "bob@x.example", "Bob Ray"), "bob"
    )
    assert found["all"] == "all" and "" not in found


def test_a_row_knows_its_line_and_the_file_is_among_those_of_the_spec(tmp_path: Path) -> None:
    result = load(tmp_path, 'jira,openproject\n"a\nb",x\n"c, d",y\n')
    assert result.spec is not None
    place = next(place for path, place in result.spec.places.items() if path.startswith("tables") and "c, d" in path)
    assert (Path(place.file).name, place.line, place.column) == ("users.csv", 4, 1)
    assert any(Path(name).name == "users.csv" for name in result.spec.files)


def test_a_changed_file_changes_the_digest_of_the_spec(tmp_path: Path) -> None:
    first, same, other = (
        load(tmp_path, text).spec
        for text in ("jira,openproject\na,b\n", "jira;openproject\na;b\n", "jira,openproject\na,c\n")
    )
    assert first is not None and same is not None and other is not None
    assert first.digest == same.digest != other.digest


def test_an_environment_may_name_another_file(tmp_path: Path) -> None:
    (tmp_path / "staging.csv").write_text("jira,openproject\nann,staging\n", encoding="utf-8")
    assert rows(load(tmp_path, "jira,openproject\nann,live\n"))["ann"] == "live"
    found = rows(load(tmp_path, "jira,openproject\nann,live\neve,live\n", env="staging"))
    assert found == {"inline": "here", "Bob": "robert", "ann": "staging"}


def test_a_row_called_csv_is_a_row(tmp_path: Path) -> None:
    text = SPEC.replace("csv: {FORM}", "csv: Comma-separated values").replace("{csv: {file: ./staging.csv}}", "{}")
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    assert rows(load_spec(tmp_path / "spec.yaml", variables={}))["csv"] == "Comma-separated values"


def test_a_file_is_found_beside_the_spec_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    load(tmp_path / "base", "jira,openproject\nann,base\n")
    (tmp_path / "spec.yaml").write_text("extends: ./base/spec.yaml\nname: over\n", encoding="utf-8")
    assert rows(load_spec(tmp_path / "spec.yaml", variables={}))["ann"] == "base"


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ("jira;openproject\nann;anna\n", FORM),
        ("jira\topenproject\nann\tanna\n", FORM),
        ("jira|openproject\r\nann|anna\r\n", FORM),
        ("sep=;\njira;openproject\nann;anna\n", FORM),
        ("\n\njira,openproject\n\nann,anna\n,\n", FORM),
        (" Jira , OpenProject \n ann , anna \n", FORM),
        ('"jira","openproject"\n"ann","anna"', FORM),
        (
            'a;b,"c",jira,openproject\n;,;,ann,anna\n',
            "{file: users.csv, key: jira, value: openproject, separator: ','}",
        ),
        ("jira,openproject,\nann,anna,,,\n", FORM),
        ("jira,openproject\nann,anna\n".encode("utf-8-sig"), FORM),
        ("jira,openproject\nann,anna\n".encode("utf-16"), FORM),
        ("jira,openproject\nann,anna\nzoë,z\n".encode("cp1252"), FORM[:-1] + ", encoding: cp1252}"),
        ("jira,openproject\nann,anna\nann,anna\n", FORM),
    ],
)
def test_files_as_spreadsheets_write_them(tmp_path: Path, data: Any, form: str) -> None:
    assert rows(load(tmp_path, data, form))["ann"] == "anna"


@pytest.mark.parametrize(
    ("data", "form", "code", "place", "words"),
    [
        ("jira,op\na,b\n", FORM, "J2O-S061", "users.csv:1:1", "no column 'openproject'"),
        ("jira,openproject,jira\na,b,c\n", FORM, "J2O-S061", "users.csv:1:1", "two columns are called 'jira'"),
        ("jira,openproject\na,b\nc\n", FORM, "J2O-S061", "users.csv:3:1", "1 cells"),
        ("jira,openproject\na,b,c\n", FORM, "J2O-S061", "users.csv:2:1", "3 cells"),
        ('jira,openproject\na,b\n"c,d\ne,f\n', FORM, "J2O-S061", "users.csv:3:1", "not CSV"),
        ("jira,openproject\n,b\n", FORM, "J2O-S061", "users.csv:2:1", "without a key"),
        ("", FORM, "J2O-S061", "users.csv:1:1", "empty"),
        ("jira,openproject\nzoë,b\n".encode("cp1252"), FORM, "J2O-S061", "users.csv:2:3", "0xEB is no utf-8"),
        ("jira\0,openproject\n", FORM, "J2O-S061", "users.csv:1:1", "NUL"),
        ("jira,openproject\n", FORM[:-1] + ", encoding: latin-99}", "J2O-S061", "users.csv:1:1", "latin-99"),
        ("jira,openproject\n", FORM[:-1] + ", encoding: rot13}", "J2O-S061", "users.csv:1:1", "no encoding"),
        ("jira,openproject\na,b\nc,d\na,e\n", FORM, "J2O-S062", "users.csv:4:1", "another value in line 2: 'b'"),
        (
            "jira,mail,openproject\na,m,b\nc,m,d\n",
            "{file: users.csv, key: [jira, mail], value: openproject}",
            "J2O-S062",
            "users.csv:3:3",
            "'m' has another value in line 2",
        ),
        ("x", "{file: ./user.csv, key: a, value: b}", "J2O-S060", "spec.yaml:9:17", "no file './user.csv'"),
        ("x", "{file: ../users.csv, key: a, value: b}", "J2O-S060", "spec.yaml:9:17", "outside the folder"),
        ("x", "{file: /etc/passwd, key: a, value: b}", "J2O-S060", "spec.yaml:9:17", "outside the folder"),
        ("x", "{file: ., key: a, value: b}", "J2O-S060", "spec.yaml:9:17", "no file '.'"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(
    tmp_path: Path, data: Any, form: str, code: str, place: str, words: str
) -> None:
    result = load(tmp_path, data, form)
    (problem,) = [problem for problem in result.problems if problem.severity == "error"]
    assert (problem.code, str(problem.place).rpartition("/")[2]) == (code, place)
    assert words in problem.message and problem.expected
    assert result.spec is None and problem.place is not None and problem.place.file in result.texts


def test_a_link_that_leaves_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("jira,openproject\na,b\n", encoding="utf-8")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "link.csv").symlink_to(tmp_path / "secret.csv")
    result = load(tmp_path / "specs", "x", FORM.replace("users.csv", "link.csv"))
    assert [problem.code for problem in result.problems] == ["J2O-S060"]


@pytest.mark.parametrize(
    "form", ["{key: jira, value: openproject}", "{file: users.csv, key: a, valu: b}", "{file: 3, key: a, value: b}"]
)
def test_a_wrong_form_is_told_by_the_schema(tmp_path: Path, form: str) -> None:
    result = load(tmp_path, "jira,openproject\na,b\n", form)
    errors = [problem for problem in result.problems if problem.severity == "error"]
    assert errors and all(problem.path.startswith("tables.users.csv") for problem in errors), errors


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: ("jira,openproject\n" + text).encode("utf-8", "replace"))
)
def test_any_file_is_rows_or_a_reason_with_a_place(data: bytes) -> None:
    try:
        _, found = read_rows(data, ["jira"], "openproject")
    except CsvError as error:
        assert error.line >= 1 and error.column >= 1 and error.message and error.expected
    else:
        assert all(row.key and row.line > 1 for row in found)
