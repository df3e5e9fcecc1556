"""What ``j2o bench`` prints and how it ends: small numbers of issues, no figure is judged here."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree
import zlib
from typing import Any, Dict, List, Tuple

import pytest

from j2o_sandbox.bench.rows import LINES, is_worse, row

pytestmark = [pytest.mark.newest, pytest.mark.xdist_group("bench")]


def bench(*arguments: str) -> Tuple[int, str, str]:
    command = [sys.executable, "-m", "j2o_core", "bench", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def results(output: str) -> Dict[str, Dict[str, Any]]:
    listed: List[Dict[str, Any]] = json.loads(output)["results"]
    for one in listed:
        assert set(one) == {"name", "value", "unit", "goal", "holds"}
    return {one["name"]: one for one in listed}


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    before = {"results": [{"name": "writes", "value": 0.5, "unit": "ratio", "goal": "<= 1.01", "holds": True}]}
    (folder / "before.json").write_text(json.dumps(before), encoding="utf-8")
    ended = bench("--issues", "20", "--projects", "2", "--rows", "writes,reads", "--json",
                  "--compare", str(folder / "before.json"), "--plot", str(folder / "bench.svg"))  # fmt: skip
    return ended, folder


def test_it_measures_only_the_rows_asked_for_and_counts_the_writes(measured):
    (_, output, _), _ = measured
    figures = results(output)
    assert set(figures) == {"writes", "reads"}
    assert 0.9 < figures["writes"]["value"] <= 1.01 and figures["writes"]["goal"] == "<= 1.01"
    assert figures["writes"]["holds"] is True
    assert 0 < figures["reads"]["value"] < 1


@pytest.mark.long
def test_a_second_run_writes_nothing_and_takes_less_time():
    code, output, _ = bench(
        "--issues", "40", "--projects", "2", "--rows", "second-run-writes,second-run-time", "--json"
    )
    figures = results(output)
    assert (figures["second-run-writes"]["value"], figures["second-run-writes"]["holds"]) == (0, True)
    assert 0 < figures["second-run-time"]["value"] < 1
    assert code == (0 if figures["second-run-time"]["holds"] else 1)


def test_a_regression_is_told_and_ends_with_1(measured):
    (code, _, errors), _ = measured
    assert code == 1
    assert "regression: writes was 0.5" in errors


def test_the_plot_is_a_drawing_of_the_rows(measured):
    _, folder = measured
    drawing = xml.etree.ElementTree.parse(folder / "bench.svg").getroot()
    words = [element.text for element in drawing if element.tag.endswith("text")]
    assert "writes sent / needed" in words


def test_a_png_is_drawn_without_a_drawing_library(tmp_path):
    from j2o_sandbox.bench.chart import draw

    path = tmp_path / "bench.png"
    draw([row("writes", 1.0), row("apply-200ms", None), row("reads", 0.0)], {"writes": 2.0}, path)
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")
    begin = content.index(b"IDAT") + 4
    pixels = zlib.decompress(content[begin : begin + int.from_bytes(content[begin - 8 : begin - 4], "big")])
    assert len(pixels) == height * (3 * width + 1)
    assert bytes((46, 125, 82)) in pixels, "a bar whose goal is reached"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rows", "speed"), "apply-200ms"),
        (("--rows", ","), "expected names"),
        (("--compare", "absent.json"), "absent.json"),
        (("--plot", "bench.gif"), ".png or .svg"),
    ],
)
def test_a_wrong_option_is_refused_before_anything_is_measured(arguments, words):
    code, output, errors = bench(*arguments)
    assert code == 2 and not output
    assert words in " ".join(errors.split())


def test_worse_depends_on_the_direction_of_the_goal():
    assert is_worse(row("apply-0ms", 0.5), 0.6) and not is_worse(row("apply-0ms", 0.6), 0.5)
    assert is_worse(row("writes", 1.2), 1.0) and not is_worse(row("writes", 1.05), 1.0)
    assert is_worse(row("apply-200ms", None), 0.9), "what is void now was measured before"
    assert not is_worse(row("apply-200ms", None), None)
    assert is_worse(row("second-run-writes", 1.0), 0.0)


def test_a_void_row_holds_nothing():
    assert not row("apply-200ms", None).holds
    assert row("apply-200ms", None).to_json()["value"] is None


def test_every_row_is_made_by_one_measurement():
    from j2o_sandbox.bench.measurements import MEASUREMENTS

    assert sorted(name for one in MEASUREMENTS for name in one.rows) == sorted(LINES)
