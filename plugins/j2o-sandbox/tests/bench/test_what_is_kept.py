"""What hours of measuring have found is not lost, and what cannot be measured is told before they begin."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Iterator, Union

import pytest

from j2o_core.api import Fatal
from j2o_core.cli import main
from j2o_sandbox.bench import database, measurements
from j2o_sandbox.bench.measurements import measured
from j2o_sandbox.bench.rows import LINES, Row, row
from j2o_sandbox.bench.setting import Setting

SPEC = """\
apiVersion: j2o/v1
kind: Migration
name: own
extends: j2o:demo
tables:
  priorities: {csv: {file: tables/priorities.csv, key: theirs, value: ours}, "*": Normal}
entities:
  comments:
    rules:
      never: {on: target, assert: "{{ false }}", message: "nobody likes comments", on_fail: fail}
runtime: {tolerate: {failed: 100%}}
"""


@pytest.fixture()
def own_spec(tmp_path: Path) -> str:
    folder = tmp_path / "specs"
    (folder / "tables").mkdir(parents=True)
    (folder / "tables" / "priorities.csv").write_text("theirs,ours\nRare,High\n", encoding="utf-8")
    (folder / "own.yaml").write_text(SPEC, encoding="utf-8")
    return str(folder / "own.yaml")


def found(monkeypatch: pytest.MonkeyPatch, *rows: Row, then: Union[str, BaseException] = "") -> None:
    """The measurements are made, and find this."""

    def made(setting: Setting) -> Iterator[Row]:
        yield from rows
        if then:
            raise Fatal(then, exit_code=1) if isinstance(then, str) else then

    monkeypatch.setattr(measurements, "measured", made)


def setting_in(folder: Path, *rows: str, issues: int = 12, spec: str = "j2o:demo") -> Setting:
    folder.mkdir(exist_ok=True)
    return Setting(spec, folder, 1, 1, frozenset(rows), issues, 4, 1, lambda words: None)


def nothing_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def made(setting: Setting) -> Iterator[Row]:
        raise AssertionError("something is measured")

    monkeypatch.setattr(measurements, "measured", made)


def test_what_was_measured_before_a_measurement_failed_is_printed_and_drawn(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found(monkeypatch, row("writes", 1.0), then="the machine burns")
    code = main(["bench", "--json", "--plot", str(tmp_path / "bench.svg")])
    told = capsys.readouterr()
    assert code == 1 and "the machine burns" in told.err
    assert [one["name"] for one in json.loads(told.out)["results"]] == ["writes"]
    assert "writes sent / needed" in (tmp_path / "bench.svg").read_text(encoding="utf-8")


def test_who_gives_up_sees_what_was_measured_before_and_no_promise_that_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found(monkeypatch, row("writes", 1.0), then=KeyboardInterrupt())
    assert main(["bench", "--json"]) == 4
    told = capsys.readouterr()
    assert [one["name"] for one in json.loads(told.out)["results"]] == ["writes"]
    assert told.err.splitlines() == ["j2o: stopped; what was measured before is told"]


def test_what_got_worse_before_a_measurement_failed_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tmp_path / "before.json"
    before.write_text('{"results": [{"name": "reads", "value": 0.001}]}', encoding="utf-8")
    found(monkeypatch, row("reads", 0.01), then="the machine burns")
    assert main(["bench", "--compare", str(before)]) == 1
    assert "regression: reads was 0.001 and is 0.010" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["absent/bench.png", "folder.svg", "file/bench.svg"])
def test_a_picture_that_cannot_be_written_is_told_before_anything_is_measured(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.svg").mkdir()
    (tmp_path / "file").touch()
    nothing_measured(monkeypatch)
    assert main(["bench", "--plot", str(tmp_path / name)]) == 2
    assert f"--plot {tmp_path / name}: " in capsys.readouterr().err


def test_an_earlier_picture_stays_until_the_new_one_is_drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    picture = tmp_path / "bench.svg"
    picture.write_text("earlier", encoding="utf-8")
    found(monkeypatch, then="nothing was found")
    assert main(["bench", "--plot", str(picture)]) == 1
    assert picture.read_text(encoding="utf-8") == "earlier"


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "[" * 200_000, '{"results": 3}', '{"results": [{"name": "reads", "value": 1' + "0" * 400 + "}]}"],
    ids=["empty", "cut", "a list", "deep", "a number", "a huge number"],
)
def test_a_file_to_compare_with_that_is_of_something_else_is_refused(
    content: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing_measured(monkeypatch)
    (tmp_path / "before.json").write_text(content, encoding="utf-8")
    assert main(["bench", "--compare", str(tmp_path / "before.json")]) == 2
    assert "this is no JSON of `j2o bench --json`" in capsys.readouterr().err


@pytest.mark.parametrize(
    "earlier",
    [[], [{"name": "speed", "value": 3}], [{"name": "writes", "value": 1.0}], [{"name": "reads", "value": None}]],
    ids=["nothing", "foreign", "other rows", "void"],
)
def test_a_file_with_no_row_to_compare_with_is_refused_as_it_would_show_no_regression(
    earlier: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing_measured(monkeypatch)
    (tmp_path / "before.json").write_text(json.dumps({"results": earlier}), encoding="utf-8")
    assert main(["bench", "--rows", "reads", "--compare", str(tmp_path / "before.json")]) == 2
    assert "holds no value of reads" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "least"), [("last-tenth", 5000), ("dashboard-memory", 600), ("dashboard-slowdown", 60)]
)
def test_too_few_issues_for_one_row_are_told_before_another_is_measured(name: str, least: int, tmp_path: Path) -> None:
    with pytest.raises(Fatal, match=f"{name}: {least} or more") as told:
        next(measured(setting_in(tmp_path, "writes", name, issues=least - 1)))
    assert told.value.exit_code == 2


def test_a_database_that_is_missing_is_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(database, "_programs", lambda: None)
    with pytest.raises(Fatal, match="needs PostgreSQL") as told:
        next(measured(setting_in(tmp_path, "writes", "dask")))
    assert told.value.exit_code == 2


@pytest.mark.newest
def test_a_spec_of_ones_own_is_measured_and_what_fails_makes_the_rows_void(tmp_path: Path, own_spec: str) -> None:
    writes, reads = measured(setting_in(tmp_path / "bench", "writes", "reads", spec=own_spec))
    assert (writes.value, reads.value) == (None, None)
    assert "void" in writes.note and "comments" in writes.note, "fewer writes than needed are no merit"


@pytest.mark.newest
def test_a_proxy_of_the_environment_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    (writes,) = measured(setting_in(tmp_path, "writes"))
    assert writes.value is not None, writes.note


def test_every_row_stands_in_the_table() -> None:
    table = Path(__file__).parents[4] / "docs" / "explanation" / "figures.md"
    lines = table.read_text(encoding="utf-8").splitlines()
    assert [line.split("`")[1] for line in lines if line.startswith("| `")][: len(LINES)] == list(LINES)
