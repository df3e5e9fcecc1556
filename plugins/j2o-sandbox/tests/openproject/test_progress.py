"""Work, remaining work and % complete."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ({"estimatedTime": "PT8H", "remainingTime": "PT2H"}, ("PT8H", "PT2H", 75)),
        ({"estimatedTime": "PT8H"}, ("PT8H", "PT8H", 0)),
        ({"remainingTime": "PT2H"}, ("PT2H", "PT2H", 0)),
        ({"estimatedTime": "PT8H", "percentageDone": 50}, ("PT8H", "PT4H", 50)),
        ({"remainingTime": "PT4H", "percentageDone": 50}, ("PT8H", "PT4H", 50)),
        ({"percentageDone": 30}, (None, None, 30)),
        ({"percentageDone": 100}, (None, None, 100)),
        ({"estimatedTime": "PT8H", "percentageDone": 100}, ("PT8H", "PT0S", 100)),
        ({"estimatedTime": "PT0S", "remainingTime": "PT0S"}, ("PT0S", "PT0S", None)),
        ({"estimatedTime": "P1DT2H30M"}, ("P1DT2H30M", "P1DT2H30M", 0)),
    ],
)
def test_work_remaining_work_and_percentage_follow_each_other(fresh, project, sent, stored):
    made = fresh.work_package(project, **sent)
    assert (made["estimatedTime"], made["remainingTime"], made["percentageDone"]) == stored


@pytest.mark.parametrize(
    ("sent", "attributes"),
    [
        ({"estimatedTime": "PT2H", "remainingTime": "PT8H"}, ["estimatedTime", "remainingTime"]),
        ({"percentageDone": 100, "remainingTime": "PT2H"}, "remainingTime"),
        ({"estimatedTime": "PT8H", "remainingTime": "PT2H", "percentageDone": 10}, "percentageDone"),
        ({"percentageDone": 101}, "percentageDone"),
        ({"percentageDone": "half"}, "percentageDone"),
    ],
)
def test_values_that_contradict_each_other_are_refused(fresh, project, sent, attributes):
    assert fresh.refused("POST", "work_packages", fresh.payload(project, **sent))[2] == attributes


def test_in_status_mode_the_status_says_the_percentage_and_remaining_work_is_not_written(serve):
    client = serve("settings: {progress: status}")
    status = client.by_name("statuses")["In progress"]
    made = client.work_package(client.project(), estimatedTime="PT10H", remainingTime="PT1H", links={"status": status})
    assert (made["percentageDone"], made["remainingTime"]) == (40, "PT6H")
    schema = client.post("work_packages/form", {})["_embedded"]["schema"]
    assert schema["remainingTime"]["writable"] is False
