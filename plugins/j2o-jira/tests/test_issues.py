"""Issues are read once and whole, in both editions."""

from __future__ import annotations

import pytest

from j2o_core.api import Fatal, Selection, divisions
from j2o_jira.issues.extractor import Issues, former_keys


def issues(client, **options):
    return Issues(client, "acme", "work_packages", options)


def everything(extractor, name="SHOP", cursor=None, selection=Selection()):
    return [page for part in parts(extractor, name, selection) for page in reading(extractor, part, cursor, selection)]


def parts(extractor, name="SHOP", selection=Selection()):
    return [part for division in divisions(extractor, selection, name) for part in division.slices]


def reading(extractor, part, cursor=None, selection=Selection()):
    return extractor.pages(selection, part.name, cursor or part.cursor)


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


def test_a_project_is_divided_into_ranges_of_its_keys(jira, records):
    keys = [record.key for record in records if record.key.startswith("SHOP-")]
    found = parts(issues(jira, slice_size=25, watchers=False))
    assert [part.expected for part in found[:-1]] == [25] * (len(found) - 1) and len(found) >= 3
    assert sum(part.expected for part in found) == len(keys)
    assert [part.name for part in found[:2]] == [f"{keys[0]} to {keys[24]}", f"{keys[25]} to {keys[49]}"]


def test_reading_a_slice_goes_on_after_any_page(jira):
    extractor = issues(jira, page_size=15, slice_size=60, watchers=False)
    part = parts(extractor)[0]
    pages = list(reading(extractor, part))
    keys = [[record.key for record in page.records] for page in pages]
    assert [len(page) for page in keys] == [15] * 4
    for number, page in enumerate(pages):
        again = list(reading(extractor, part, page.cursor))
        assert [[record.key for record in later.records] for later in again] == keys[number + 1 :]


def test_dividing_goes_on_after_any_division(sandbox, connect):
    server = sandbox("server", seed=3, issues=60)
    server.control("behaviour", {"page_cap": 7})
    extractor = issues(connect(server.url, server.auth))
    every = list(extractor.divide(Selection(), "SHOP", None))
    assert len(every) >= 5
    for number, division in enumerate(every):
        assert list(extractor.divide(Selection(), "SHOP", division.cursor)) == every[number + 1 :]
    server.control("behaviour", {"page_cap": 1000})


def test_servers_that_cap_pages_in_silence_lose_nothing(sandbox, connect):
    server = sandbox("server", seed=3, issues=60)
    extractor = issues(connect(server.url, server.auth))
    (part,) = parts(extractor)
    server.control("behaviour", {"page_cap": 7, "max_result_window": 20})
    assert len(parts(extractor)) > 5
    assert sum(len(page.records) for page in reading(extractor, part)) == part.expected > 30
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


def changed_while_read(server, client, edit, **options):
    """(keys before, what was read, problems) where ``edit`` happens between listing and reading."""
    extractor = issues(client, **options)
    found = parts(extractor)
    keys = [record.key for part in found for page in reading(extractor, part) for record in page.records]
    server.control("issues", edit(keys))
    pages = [page for part in found for page in reading(extractor, part)]
    return keys, [record for page in pages for record in page.records], [p for page in pages for p in page.problems]


@pytest.mark.parametrize("edition", ["server", "cloud"])
def test_an_issue_deleted_after_it_was_listed_is_told_and_costs_no_other(sandbox, connect, edition):
    server = sandbox(edition, seed=4, issues=60)
    client = connect(server.url, server.auth)
    keys, records, problems = changed_while_read(server, client, lambda keys: {"delete": [keys[9], keys[30]]})
    assert [record.key for record in records] == [key for key in keys if key not in (keys[9], keys[30])]
    assert [(problem.code, problem.key) for problem in problems] == [("J2O-X006", keys[9]), ("J2O-X006", keys[30])]


@pytest.mark.parametrize("edition", ["server", "cloud"])
def test_an_issue_moved_after_it_was_listed_is_read_where_it_is_now(sandbox, connect, edition):
    server = sandbox(edition, seed=5, issues=60)
    client = connect(server.url, server.auth)
    keys, records, problems = changed_while_read(server, client, lambda keys: {"move": {keys[9]: "OPS-900"}})
    assert [record.key for record in records] == [*keys[:9], "OPS-900", *keys[10:]]
    assert not problems


def test_an_issue_moved_out_of_the_selection_is_told(sandbox, connect):
    server = sandbox("server", seed=8, issues=60)
    extractor, chosen = issues(connect(server.url, server.auth)), Selection(("SHOP",))
    (part,) = parts(extractor, selection=chosen)
    server.control("issues", {"move": {"SHOP-10": "OPS-901"}})
    (page,) = reading(extractor, part, selection=chosen)
    assert [(problem.code, problem.key) for problem in page.problems] == [("J2O-X009", "SHOP-10")]
    assert "moved meanwhile to OPS-901" in page.problems[0].message
    assert len(page.records) == part.expected - 1


def test_an_issue_that_no_longer_meets_the_condition_is_told(sandbox, connect):
    server = sandbox("server", seed=9, issues=60)
    extractor, bugs = issues(connect(server.url, server.auth)), Selection(("SHOP",), "labels is EMPTY")
    (part,) = parts(extractor, selection=bugs)
    key = part.cursor["issues"][3][1]
    server.control("issues", {"change": {key: {"labels": ["new"]}}})
    (page,) = reading(extractor, part, selection=bugs)
    assert [(problem.code, problem.key) for problem in page.problems] == [("J2O-X009", key)]


@pytest.mark.parametrize("how", ["delete", "move"])
def test_listing_goes_on_where_its_last_key_vanished(sandbox, connect, how):
    server = sandbox("server", seed={"delete": 14, "move": 15}[how], issues=60)
    server.control("behaviour", {"page_cap": 10})
    extractor = issues(connect(server.url, server.auth))
    names = [name for part in parts(extractor) for _, name in part.cursor["issues"]]
    found = extractor.divide(Selection(), "SHOP", None)
    first = next(found)
    gone = names[9]
    server.control("issues", {"delete": [gone]} if how == "delete" else {"move": {gone: "OPS-900"}})
    rest = [name for later in found for part in later.slices for _, name in part.cursor["issues"]]
    assert rest == names[10:]
    resumed = extractor.divide(Selection(), "SHOP", first.cursor)
    assert [name for later in resumed for part in later.slices for _, name in part.cursor["issues"]] == names[10:]


def test_what_is_not_wanted_is_asked_for_nowhere(jira, jira_server, read):
    jira_server.control("reset-counters", {})
    found = read(issues(jira, watchers=False, history=False, comments=False, worklogs=False))
    assert all(not {"comment", "worklog"} & set(record.data["fields"]) for record in found)
    lists = ("watchers", "changelog", "comment", "worklog")
    assert not [path for path in jira_server.requests() if path.endswith(lists)]


def test_a_moved_issue_is_known_by_its_former_keys(records):
    moved = [record for record in records if any(not name.startswith("SHOPOLD-") for name in record.aliases)]
    assert moved
    for record in moved:
        assert record.key not in record.aliases
        assert record.data["fields"]["formerKeys"] == list(record.aliases), "for the text"


def test_keys_that_an_issue_had_before_have_a_name_for_people(jira):
    assert issues(jira).field_names()["formerKeys"] == "Former keys"


def test_an_issue_of_a_renamed_project_is_known_by_what_its_project_was_called(records):
    for record in records:
        numbers = {key.rpartition("-")[2] for key in (record.key, *record.aliases) if key.startswith("SHOP-")}
        former = {key for key in record.aliases if key.startswith("SHOPOLD-")}
        assert former == {f"SHOPOLD-{number}" for number in numbers}


def test_former_keys_come_from_the_history():
    items = [{"field": "Key", "fromString": "A-1", "toString": "B-2"}, {"field": "status", "fromString": "x"}]
    more = [{"field": "Key", "fromString": "B-2", "toString": "C-3"}]
    data = {"key": "C-3", "changelog": {"histories": [{"items": items}, {"items": more}]}}
    assert former_keys(data, lambda project: ()) == ("A-1", "B-2")
    assert former_keys({"key": "A-1"}, lambda project: ()) == ()


def test_what_a_project_was_called_leads_to_its_issues_and_to_those_that_were_moved_out_of_it():
    names = {"SHOP": ["SHOPOLD", "STORE"], "OPS": []}
    moved = {"changelog": {"histories": [{"items": [{"field": "Key", "fromString": "SHOP-8", "toString": "OPS-9"}]}]}}
    assert former_keys({"key": "OPS-9", **moved}, lambda key: names.get(key, ())) == ("SHOP-8", "SHOPOLD-8", "STORE-8")
    assert former_keys({"key": "SHOP-3"}, lambda key: names.get(key, ())) == ("SHOPOLD-3", "STORE-3")


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
