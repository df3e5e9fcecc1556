"""Working days, told and kept."""

from __future__ import annotations

import json


def interval(client, first, last, *more):
    filters = [{"date": {"operator": "<>d", "values": [first, last]}}, *more]
    return client.elements("days", filters=filters, pageSize="-1")


def test_days_tell_whether_they_are_working_days_and_why_not(serve):
    client = serve("settings: {holidays: ['2024-12-25']}")
    found = interval(client, "2024-12-21", "2024-12-26")
    assert [day["working"] for day in found] == [False, False, True, True, False, True]
    assert [reason["title"] for reason in found[0]["_links"]["nonWorkingReasons"]] == ["Saturday"]
    assert [reason["href"] for reason in found[4]["_links"]["nonWorkingReasons"]] == [
        "/api/v3/days/non_working/2024-12-25"
    ]
    off = {"working": {"operator": "=", "values": ["f"]}}
    assert [day["date"] for day in interval(client, "2024-12-23", "2024-12-27", off)] == ["2024-12-25"]
    assert client.get("days/2024-12-25")["working"] is False


def test_week_and_holidays_are_listed(serve):
    client = serve("settings: {holidays: ['2024-12-25']}")
    assert [day["working"] for day in client.elements("days/week")] == [True] * 5 + [False] * 2
    assert client.get("days/week/6")["name"] == "Saturday"
    assert [day["date"] for day in client.elements("days/non_working")] == ["2024-12-25"]
    for path in ("days/week/8", "days/non_working/2024-12-24", "days/tomorrow"):
        assert client.refused("GET", path)[0] == 404


def test_an_interval_that_is_none_is_refused(fresh):
    for values in (["x", "y"], ["2024-01-01"], ["", ""]):
        filters = json.dumps([{"date": {"operator": "<>d", "values": values}}])
        assert fresh.refused("GET", "days", params={"filters": filters})[:2] == (400, "InvalidQuery")


def test_what_does_not_fit_into_the_calendar_is_refused(fresh, project):
    for date in ({"startDate": "9999-12-30"}, {"dueDate": "0001-01-03"}):
        payload = fresh.payload(project, duration="P500D", **date)
        assert fresh.refused("POST", "work_packages", payload) == (422, "PropertyConstraintViolation", "duration")


def test_of_start_finish_and_duration_none_can_be_emptied_alone(fresh, project):
    dates = {"startDate": "2024-01-01", "dueDate": "2024-01-03"}
    assert fresh.refused("POST", "work_packages", fresh.payload(project, **dates, duration=None)) == (
        422,
        "PropertyConstraintViolation",
        "duration",
    )
    item = fresh.work_package(project, **dates)
    body = {"lockVersion": item["lockVersion"], "dueDate": None, "duration": "P3D"}
    assert fresh.refused("PATCH", f"work_packages/{item['id']}", body)[2] == "dueDate"


def test_text_is_rendered_until_18(serve, fresh):
    headers = {"Content-Type": "text/plain"}
    path = "/api/v3/render/markdown"
    answer = fresh.session.post(fresh.url + path, data=b"<b>", headers=headers, timeout=20)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    assert "&lt;b&gt;" in answer.text
    assert fresh.call("POST", "render/markdown", {"text": "x"}).status_code == 415
    newest = serve(openproject_version="18")
    assert newest.session.post(newest.url + path, data=b"x", headers=headers, timeout=20).status_code == 404
