"""Looking up what belongs to several items at once, some of which may be gone."""

from __future__ import annotations

from typing import Any

import pytest

from j2o_core.api import Refused

KINDS = ["comments", "relations", "time_entries"]


@pytest.mark.parametrize("kind", KINDS)
def test_items_that_are_gone_do_not_hide_those_that_are_there(target, project, item, kind):
    loader = target.loader(kind)
    effect = target.worklog(item, target.member(project))
    target.loader("time_entries").create(effect)
    found = list(loader.scan(["999999", item.id, "999998"]))
    assert [one.parent for one in found] == ([item.id] if kind == "time_entries" else [])


@pytest.mark.parametrize("kind", KINDS)
def test_a_look_up_that_is_refused_for_another_reason_is_no_empty_one(target, item, kind, monkeypatch):
    loader = target.loader(kind)

    def refused(*_: Any, **__: Any) -> Any:
        raise Refused("Filters Entity type filter does not exist.", 400)

    monkeypatch.setattr(loader.client, "pages", refused)
    with pytest.raises(Refused, match="does not exist"):
        list(loader.scan(["999999", item.id]))
    assert list(loader.scan(["999999"])) == []
    assert list(loader.scan([])) == []
