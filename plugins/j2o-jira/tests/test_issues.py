"""Issues are read once and whole, in both editions."""

from __future__ import annotations

import pytest

from j2o_core.api import Fatal, Selection
from j2o_jira.issues.extractor import Issues, former_keys


def issues(client, **options):
    return Issues(client, "acme", "work_packages", options)


def everything(extractor, name="SHOP", cursor=None, selection=Selection()):
    return list(extractor.pages(selection, name, cursor))


def test_every_visible_issue_is_read_once_and_whole(records, jira_server):
    rows = {row["id"]: row for row in jira_server.state("issues")}
    assert len(records) == len({record.origin.id for record in records}) == len(rows) > 100
    for record in records:
        assert record.key == rows[record.origin.id]["key"]
        assert set(rows[record.origin.id]["fields"]) <= set(record.data["fields"])


@pytest.mark.parametrize(("field", "kind"), [("comment", "comments"), ("worklog", "worklogs")])
def test_long_lists_are_read_to_their_end(records, jira_server, field, kind):
    expected: dict[str, list[str]] = {}
    for row in jira_server.state(kind):
        expected.setdefault(row["issue"], []).append(row.get("id"))
    assert max(len(ids) for ids in expected.values()) > 20
    for record in records:
        found = record.data["fields"][field]
        assert [entry.get("id") for entry in found[kind]] == expected.get(record.key, [])
        assert found["total"] >= len(found[kind])


def test_history_is_whole_and_runs_from_the_oldest_to_the_newest(records):
    assert max(len(record.data["changelog"]["histories"]) for record in records) > 40
    for record in records:
        changelog = record.data["changelog"]
        assert len({history["id"] for history in changelog["histories"]}) == changelog["total"]
        days = [history["created"][:10] for history in changelog["histories"]]
        assert days == sorted(days)


def test_watchers_are_read_where_there_are_any(records):
    counted = 0
    for record in records:
        watches = record.data["fields"]["watches"]
        assert len(watches.get("watchers", ())) == watches["watchCount"]
        counted += watches["watchCount"]
    assert counted > 0


def test_watchers_and_history_can_be_left_out(jira, jira_server, read):
    jira_server.control("reset-counters", {})
    found = read(issues(jira, watchers=False, history=False), Selection(("OPS",)))
    assert all("watchers" not in record.data["fields"]["watches"] for record in found)
    assert all("changelog" not in record.data for record in found)
    assert not [path for path in jira_server.requests() if "watchers" in path or "changelog" in path]


def test_two_reads_of_unchanged_issues_are_equal_whatever_the_address(sandbox, connect, read):
    digests = []
    for latency in (0.0, 0.01):  # two servers with the same data, on different ports
        server = sandbox("server", issues=20, latency_ms=latency)
        client = connect(server.url, server.auth)
        found = read(issues(client))
        assert all(server.url not in str(record.data) for record in found)
        digests.append({record.origin.id: record.digest for record in found})
    assert digests[0] == digests[1]
    assert {record.origin.id: record.digest for record in read(issues(client))} == digests[0]


def test_reading_goes_on_after_any_page(jira):
    extractor = issues(jira, page_size=15, watchers=False)
    pages = everything(extractor)
    keys = [[record.key for record in page.records] for page in pages]
    assert len(pages) >= 5
    for number, page in enumerate(pages[:-1]):
        again = everything(extractor, cursor=page.cursor)
        assert [[record.key for record in later.records] for later in again] == keys[number + 1 :]
    assert not [record for page in everything(extractor, cursor=pages[-1].cursor) for record in page.records]


def test_servers_that_cap_pages_in_silence_lose_nothing(sandbox, connect):
    server = sandbox("server", seed=3, issues=60)
    server.control("behaviour", {"page_cap": 7, "max_result_window": 20})
    pages = everything(issues(connect(server.url, server.auth)))
    assert [len(page.records) for page in pages[:-1]] == [7] * (len(pages) - 1)
    assert sum(len(page.records) for page in pages) == pages[0].expected
    server.control("behaviour", {"page_cap": 1000, "max_result_window": None})


def test_the_condition_of_the_spec_is_kept(jira, read, records):
    chosen = read(issues(jira, watchers=False), Selection(("SHOP",), "issuetype = Bug ORDER BY created DESC"))
    listed = [record for record in records if record.key.startswith("SHOP-")]
    bugs = [record.key for record in listed if record.data["fields"]["issuetype"]["name"] == "Bug"]
    assert [record.key for record in chosen] == bugs
    assert 0 < len(bugs) < len(listed)


def test_a_wrong_condition_is_told_in_jira_s_words(jira, read):
    with pytest.raises(Fatal, match=r"refuses the search.*colour") as caught:
        read(issues(jira), Selection(("SHOP",), "colour = red"))
    assert caught.value.exit_code == 2


def test_an_unknown_project_is_told_with_the_known_ones(jira):
    with pytest.raises(Fatal, match=r"no project 'SHOPP'.*Did you mean SHOP\?.*OPS") as caught:
        issues(jira).slices(Selection(("OPS", "SHOPP")))
    assert caught.value.exit_code == 2


def test_without_a_selection_every_visible_project_is_read(jira):
    assert sorted(issues(jira).slices(Selection())) == ["OPS", "SHOP"]
    assert issues(jira).slices(Selection(("shop",))) == ["SHOP"]


def test_a_former_key_of_a_project_selects_it(jira):
    assert issues(jira).slices(Selection(("SHOPOLD",))) == ["SHOP"]


@pytest.mark.parametrize("how", ["delete", "move"])
def test_a_cursor_whose_issue_vanished_goes_on_from_an_earlier_one(sandbox, connect, how):
    server = sandbox("server", seed={"delete": 4, "move": 5}[how], issues=60)
    client = connect(server.url, server.auth)
    keys = [record.key for page in everything(issues(client)) for record in page.records]
    pages = issues(client, page_size=10).pages(Selection(), "SHOP", None)
    first = next(pages)
    gone = first.records[-1].key
    server.control("issues", {"delete": [gone]} if how == "delete" else {"move": {gone: "OPS-900"}})
    rest = list(pages)
    assert [record.key for page in rest for record in page.records] == keys[10:]
    resumed = everything(issues(client, page_size=10), cursor=first.cursor)
    assert [record.key for page in resumed for record in page.records] == keys[10:]


def test_a_moved_issue_is_known_by_its_former_keys(records):
    moved = [record for record in records if record.aliases]
    assert moved
    for record in moved:
        assert record.key not in record.aliases


def test_former_keys_come_from_the_history():
    items = [{"field": "Key", "fromString": "A-1", "toString": "B-2"}, {"field": "status", "fromString": "x"}]
    more = [{"field": "Key", "fromString": "B-2", "toString": "C-3"}]
    data = {"key": "C-3", "changelog": {"histories": [{"items": items}, {"items": more}]}}
    assert former_keys(data) == ("A-1", "B-2")
    assert former_keys({"key": "A-1"}) == ()


def test_people_whom_only_texts_name_are_found(records):
    found = [person for record in records for person in record.data.get("mentioned", ())]
    assert found
    assert all(person.get("accountId") or person.get("key") for person in found)


def test_what_may_not_be_seen_is_counted(sandbox, connect, read):
    server = sandbox("server")
    reader = connect(server.url, {"user": "reader", "password": "j2o-sandbox-reader-password"})
    withheld = 0
    for record in read(issues(reader)):
        comment = record.data["fields"]["comment"]
        withheld += comment["total"] - len(comment["comments"])
        assert "watchers" not in record.data["fields"]["watches"] or record.data["fields"]["watches"]["watchers"] == []
    assert withheld > 0


def test_an_issue_is_referred_to_by_id_and_key():
    assert Issues.aliases({"id": "10", "key": "A-1"}) == ("10", "A-1")
    assert Issues.aliases("A-1") == ("A-1",)
    assert Issues.aliases(None) == ()
    assert Issues.label({"id": "10", "key": "A-1"}) == "A-1"
