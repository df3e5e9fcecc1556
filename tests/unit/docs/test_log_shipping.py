"""The examples that send logs elsewhere parse, and name fields that lines really have, in the form that they have."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from loguru import logger

from j2o_core.model.log_components import COMPONENTS
from j2o_core.observe.log_line import FIELDS
from j2o_core.observe.logs import close_log, open_log
from j2o_core.observe.redaction import Redactor

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "logs.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r'```\w+ title="([^"]+)"\n(.*?)```', PAGE, re.DOTALL))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = open_log(tmp_path_factory.mktemp("home"), Redactor())
    logger.warning("told")
    close_log()
    return dict(json.loads(path.read_text(encoding="utf-8")))


def go_time(layout: str, text: str) -> datetime:
    """A moment by a layout of Go, as far as ours goes."""
    for go, python in (("2006-01-02T15:04:05", "%Y-%m-%dT%H:%M:%S"), (".000", ".%f"), ("-07:00", "%z")):
        assert go in layout
        layout = layout.replace(go, python)
    return datetime.strptime(text, layout)


def test_the_page_tells_every_field_and_component() -> None:
    fields = {name for row in re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}
    assert fields >= set(FIELDS)
    assert fields >= set(COMPONENTS)


def test_the_collector_of_opentelemetry_finds_moment_severity_and_message(line: dict[str, Any]) -> None:
    config = yaml.safe_load(EXAMPLES["otel-collector.yaml"])
    parser, move = config["receivers"]["filelog"]["operators"]
    assert parser["timestamp"]["layout_type"] == "gotime"
    assert go_time(parser["timestamp"]["layout"], line["time"]) == datetime.fromisoformat(line["time"])
    named = [parser["timestamp"]["parse_from"], parser["severity"]["parse_from"], move["from"]]
    assert [name.partition(".")[2] for name in named] == ["time", "level", "message"]
    assert line["level"] in parser["severity"]["mapping"].values()
    for pipeline in config["service"]["pipelines"].values():
        for part, names in pipeline.items():
            assert set(names) <= set(config[part]), part


def test_promtail_finds_moment_labels_and_what_is_no_label(line: dict[str, Any]) -> None:
    config = yaml.safe_load(EXAMPLES["promtail.yaml"])
    stages = {name: stage for one in config["scrape_configs"][0]["pipeline_stages"] for name, stage in one.items()}
    found = set(stages["json"]["expressions"].values())
    assert found <= set(FIELDS)
    assert go_time(stages["timestamp"]["format"], line[stages["timestamp"]["source"]]).tzinfo is not None
    assert set(stages["labels"]) | set(stages["structured_metadata"]) | {"time"} == found
    assert not {"run", "item"} & set(stages["labels"])


def test_the_unit_of_systemd_follows_with_priorities() -> None:
    unit = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(EXAMPLES["/etc/systemd/system/j2o-logs.service"])
    assert unit["Service"]["ExecStart"].endswith("j2o logs --follow --format syslog")
    assert unit["Service"]["SyslogLevelPrefix"] == "true"


def test_rsyslog_writes_fields_that_lines_have(tmp_path: Path) -> None:
    config = EXAMPLES["/etc/rsyslog.d/j2o.conf"]
    assert set(re.findall(r"%\$!(\w+)%", config)) <= set(FIELDS)
    assert config.count("{") == config.count("}")
    program = shutil.which("rsyslogd", path="/usr/sbin:/sbin:/usr/bin")
    if program is not None:  # where it is installed it is asked itself
        path = tmp_path / "rsyslog.conf"
        path.write_text(config, encoding="utf-8")
        checked = subprocess.run([program, "-N1", "-f", str(path)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_all_examples_read_the_files_that_are_written(tmp_path: Path) -> None:
    named = {Path(found).name for example in EXAMPLES.values() for found in re.findall(r"/logs/[^\s\"\]},]+", example)}
    assert named == {"*.jsonl"}
    path = open_log(tmp_path, Redactor())
    close_log()
    assert path.match("logs/*.jsonl")
