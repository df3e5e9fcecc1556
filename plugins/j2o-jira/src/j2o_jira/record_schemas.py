"""Cerberus schemas of the records, from ``schemas/records/jira.yaml``; a wheel holds that file beside this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Mapping

import yaml

_HERE = Path(__file__).resolve()
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read() -> Mapping[str, Mapping[str, Any]]:
    inside = _HERE.with_name("records.yaml")
    path = inside if inside.is_file() else _HERE.parents[4] / "schemas" / "records" / "jira.yaml"
    records: Mapping[str, Mapping[str, Any]] = _LOADER(path.read_text(encoding="utf-8")).get_single_data()
    return records


#: by extractor or splitter
RECORDS = _read()
