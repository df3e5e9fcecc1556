"""Of work, remaining work and progress the server takes what fits together; the rest is told in words."""

from __future__ import annotations

from typing import Any

from j2o_openproject.progress import progress_of
from j2o_openproject.work_package_schema import WorkPackageSchema


def schema(writable: bool = True) -> WorkPackageSchema:
    names = ("estimatedTime", "remainingTime", "percentageDone")
    return WorkPackageSchema({name: {"writable": writable or name == "estimatedTime"} for name in names}, {})


def parts(**payload: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    made = progress_of(payload, schema())
    return made.properties, made.image, {note.label: note.text for note in made.notes.values()}


def test_work_and_remaining_work_are_sent_and_the_percentage_follows() -> None:
    sent, image, notes = parts(estimatedTime="PT8H", remainingTime="PT2H", percentageDone=75)
    assert sent == {"estimatedTime": "PT8H", "remainingTime": "PT2H"}
    assert image == {"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 75}
    assert not notes


def test_a_percentage_that_contradicts_the_work_is_noted() -> None:
    _, image, notes = parts(estimatedTime="PT8H", remainingTime="PT2H", percentageDone=10)
    assert "percentageDone" not in image
    assert notes == {"Progress": "10 %"}


def test_remaining_work_above_the_work_is_cut_and_noted() -> None:
    sent, image, notes = parts(estimatedTime="PT8H", remainingTime="PT20H")
    assert sent["remainingTime"] == image["remainingTime"] == "PT8H"
    assert notes == {"Remaining time": "PT20H"}


def test_remaining_work_without_work_is_noted() -> None:
    sent, _, notes = parts(estimatedTime=None, remainingTime="PT2H")
    assert sent == {"estimatedTime": None, "remainingTime": None}
    assert notes == {"Remaining time": "PT2H"}


def test_all_done_without_work_has_no_remaining_work() -> None:
    sent, image, notes = parts(percentageDone=100, remainingTime="PT1H")
    assert sent == {"remainingTime": None, "percentageDone": 100}
    assert image == sent
    assert notes == {"Remaining time": "PT1H"}


def test_work_and_a_percentage_give_the_remaining_work() -> None:
    sent, image, _ = parts(estimatedTime="PT10H", percentageDone=40)
    assert sent == {"estimatedTime": "PT10H", "remainingTime": "PT6H"}
    assert image == {"estimatedTime": "PT10H", "percentageDone": 40}


def test_where_progress_comes_from_the_status_the_others_are_noted() -> None:
    made = progress_of({"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 5}, schema(writable=False))
    assert made.properties == {"estimatedTime": "PT8H"}
    assert {note.text for note in made.notes.values()} == {"PT2H", "5 %"}
