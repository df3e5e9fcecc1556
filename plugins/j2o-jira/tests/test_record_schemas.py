"""What records hold is described where people and programs read it, and checked as it is described."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

import cerberus
import pytest

from j2o_jira.option_schemas import EXTRACTORS
from j2o_jira.record_schemas import RECORDS


def fields(schema: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, rules in schema.items():
        yield f"{path}.{name}", rules
        inner = rules.get("schema", {})
        if rules.get("type") == "dict":
            yield from fields(inner, f"{path}.{name}")
        elif inner.get("type") == "dict":
            yield from fields(inner["schema"], f"{path}.{name}[]")


@pytest.mark.parametrize("name", RECORDS)
def test_every_field_is_explained_and_its_example_fits(name: str) -> None:
    for path, rules in fields(RECORDS[name]):
        meta = rules.get("meta", {})
        assert meta.get("description") and "example" in meta, path
        alone = {key: rule for key, rule in rules.items() if key not in ("required", "schema", "excludes")}
        checked = cerberus.Validator({"field": alone}, allow_unknown=True)
        assert checked.validate({"field": meta["example"]}), (path, checked.errors)


def test_every_extractor_and_splitter_has_one() -> None:
    assert set(EXTRACTORS) <= set(RECORDS)
    assert {"jira.people", "jira.participants", "jira.attachments", "jira.watchers"} <= set(RECORDS)
