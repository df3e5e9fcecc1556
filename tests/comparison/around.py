"""What hangs on an issue: parent, comments, worklogs, files, links, watchers, votes, history."""

from __future__ import annotations

import re
from typing import Any, Iterator, Mapping, Optional

from .finding import Comparison
from .left_out import LeftOut, mark_of
from .moments import instant, instants, seconds
from .people import People
from .target import Held, Target, id_of
from .words import markdown_words, missing_words, words

Json = Mapping[str, Any]

#: what Jira says a link does, in OpenProject's words, seen from the issue that says it
_TYPES = {
    "blocks": "blocks", "is blocked by": "blocked", "duplicates": "duplicates", "is duplicated by": "duplicated",
    "precedes": "precedes", "follows": "follows",
    "has to be done before": "precedes", "has to be done after": "follows",
    "includes": "includes", "is part of": "partof", "requires": "requires", "is required by": "required",
    "depends on": "requires", "is depended on by": "required",
}  # fmt: skip


#: what Server tells of somebody whose account is gone: no name to show
_OF_THE_DELETED = {"self", "name", "key", "active"}


class Around:
    """Compares what hangs on issues; ``digests`` are MD5 sums of the source's files by attachment id."""

    def __init__(
        self,
        result: Comparison,
        target: Target,
        left_out: LeftOut,
        people: People,
        issues: Mapping[str, Json],
        digests: Mapping[str, str],
    ) -> None:
        self.result = result
        self.target = target
        self.left_out = left_out
        self.people = people
        self.issues = issues
        self.keys = {str(issue["key"]): issue for issue in issues.values()}
        self.digests = digests

    def parent(self, issue: Json, held: Held, epic_link: Optional[str], parent_link: Optional[str] = None) -> None:
        """Parent of a sub-task, else the epic, else what Advanced Roadmaps calls parent."""
        fields = issue["fields"]
        links = [held.row["_links"].get("parent")]
        above = self.target.origins.get(id_of(links[0])) if links[0] else None
        for kind, end in (
            ("Field `parent`", fields.get("parent")),
            ("Epic of an issue", fields.get(epic_link) if epic_link else None),
            ("Epic of an issue", fields.get("epic")),
            ("Custom field `jpo:jpo-custom-field-parent`", fields.get(parent_link) if parent_link else None),
        ):
            if not end or not names_an_issue(end):
                continue
            key = str(end.get("key")) if isinstance(end, dict) else str(end)
            origin = str(end.get("id")) if isinstance(end, dict) else str((self.keys.get(key) or {}).get("id"))
            if above == origin:
                self.result.found(kind, "parent")
            else:
                self.result.check(
                    key in held.text, kind, "text of the description", issue["key"], f"{key}, has {above}"
                )

    def comments(self, issue: Json, held: Held) -> None:
        """Each comment once, in order, with its author, its time and its words."""
        page = issue["fields"].get("comment") or {}
        rows = {mark: row for row in held.comments if (mark := mark_of(_first_line(row), "c"))}
        order = [mark for row in held.comments if (mark := mark_of(_first_line(row), "c"))]
        wanted = [str(one["id"]) for one in page.get("comments") or () if str(one["id"]) in rows]
        if wanted:
            self.result.check(order == wanted, "Comment: order", "comments", issue["key"], (wanted, order))
        for comment in page.get("comments") or ():
            item = f"{issue['key']} comment {comment['id']}"
            row = rows.get(str(comment["id"]))
            if row is None:
                self._absent("Comment", "comments", comment["id"], item, comment.get("body"))
                continue
            self.result.found("Comment", "comment")
            self._comment(item, comment, row)
        counted = max(0, int(page.get("total") or 0) - len(page.get("comments") or ()))
        self._uncounted("Comment", "comments", issue, counted)

    def _comment(self, item: str, comment: Json, row: Json) -> None:
        label, _, text = str(row["comment"]["raw"]).partition("\n")
        body = comment.get("body")
        gone = self.people.missing_of(body, text)
        self.result.check(not gone, "Comment: body", "comment", item, gone)
        author = comment.get("author") or {}
        if author.get("displayName"):
            number = id_of(row["_links"].get("user"))
            shown = self.people.told(author, label)
            native = self.people.is_same(author, number)
            place = "author of the comment" if native else "first line of the comment"
            self.result.check(shown or native, "Comment: author", place, item, author["displayName"])
        for name, kind in (("created", "Comment: time"), ("updated", "Comment: time of the last edit")):
            if comment.get(name) and (name == "created" or comment[name] != comment.get("created")):
                wanted = instant(comment[name])
                told = wanted in instants(label) or wanted == instant(
                    row["createdAt" if name == "created" else "updatedAt"]
                )
                self.result.check(told, kind, "first line of the comment", item, (comment[name], label))

    def worklogs(self, issue: Json, held: Held) -> None:
        """Each worklog once: hours, day, author, words."""
        page = issue["fields"].get("worklog") or {}
        for log in page.get("worklogs") or ():
            item = f"{issue['key']} worklog {log['id']}"
            row = held.times.get(str(log["id"]))
            if row is None:
                self._absent("Worklog", "time_entries", log["id"], item, log)
                continue
            text = str(row["comment"]["raw"] or "")
            near = abs((seconds(row["hours"]) or 0) - log["timeSpentSeconds"]) <= 1  # hours are a binary fraction there
            self.result.check(near, "Worklog: time spent", "hours", item, (log["timeSpentSeconds"], row["hours"]))
            started = str(log["started"])
            self.result.check(
                row["spentOn"] == started[:10], "Worklog: day", "spentOn", item, (started, row["spentOn"])
            )
            told = instant(started) in instants(text) or instant(row.get("startTime")) == instant(started)
            place = "startTime" if row.get("startTime") else "text of the time entry"
            self.result.check(told, "Worklog: time of day", place, item, (started, row.get("startTime")))
            if log.get("comment"):
                gone = self.people.missing_of(log["comment"], text)
                if gone and not self.people.missing_of(log["comment"], self.left_out.told("time_entries", log["id"])):
                    self.result.skipped("Worklog: comment", "longer than OpenProject takes: the report tells the whole")
                else:
                    self.result.check(not gone, "Worklog: comment", "comment of the time entry", item, gone)
            author = log.get("author") or {}
            if author:
                native = self.people.is_same(author, id_of(row["_links"].get("user")))
                shown = self.people.told(author, text)
                place = "user" if native else "text of the time entry"
                self.result.check(native or shown, "Worklog: author", place, item, author.get("displayName"))
        counted = max(0, int(page.get("total") or 0) - len(page.get("worklogs") or ()))
        self._uncounted("Worklog", "time_entries", issue, counted)

    def files(self, issue: Json, held: Held) -> None:
        """Each file with its bytes, name, author and time."""
        for file in issue["fields"].get("attachment") or ():
            id = str(file.get("id") or "")
            item = f"{issue['key']} file {id or file.get('filename')}"
            row = held.files.get(id) or next(
                (one for one in held.files.values() if not id and _is_named(one, file)), None
            )
            if row is None:
                self._absent("Attachment", "attachments", id, item, file.get("filename"))
                continue
            digest = self.digests.get(id)
            if digest is not None:
                same = row["digest"]["hash"] == digest
                self.result.check(same, "Attachment: bytes", "file", item, (digest, row["digest"]["hash"]))
            text = f"{row['fileName']} {row['description']['raw']}"
            gone = missing_words(words(file.get("filename") or ""), words(text))
            self.result.check(not gone, "Attachment: name", "fileName", item, (file.get("filename"), row["fileName"]))
            author = file.get("author") or {}
            if author:
                shown = self.people.told(author, text)
                self.result.check(
                    shown, "Attachment: author", "description of the file", item, author.get("displayName")
                )
            told = instant(file["created"]) in instants(text) or instant(row["createdAt"]) == instant(file["created"])
            self.result.check(told, "Attachment: time", "description of the file", item, (file["created"], text))

    def links(self, issue: Json, held: Held) -> None:
        """Each link of two issues: both ends, and what it says from this end."""
        for link in issue["fields"].get("issuelinks") or ():
            outward = "outwardIssue" in link
            other = link.get("outwardIssue") or link["inwardIssue"]
            says, back = (
                str(link["type"][name]) for name in (("outward", "inward") if outward else ("inward", "outward"))
            )
            item = f"{issue['key']} {says} {other['key']}"
            rows = [row for row in held.relations if self._joins(row, issue["id"], other["id"])]
            if not rows:
                reason = self.left_out.item("relations", link["id"])
                if reason is not None:
                    self.result.skipped("Link", reason.split(":")[0][:60])
                else:
                    self.result.lacks("Link", item, "no relation of the two, and no list names it")
            elif any(self._says(row, issue["id"], says, back) for row in rows):
                self.result.found("Link", "relation")
            else:
                told = self.left_out.item("relations", link["id"])
                if told is not None:
                    self.result.skipped("Link", told.split(":")[0][:60])
                else:
                    kinds = [(row["type"], row["description"]) for row in rows]
                    self.result.lacks("Link", item, f"the relation says something else: {kinds}")

    def _joins(self, row: Json, one: str, other: str) -> bool:
        ends = {self.target.origin_of(dict(row), "from"), self.target.origin_of(dict(row), "to")}
        return ends == {str(one), str(other)}

    def _says(self, row: Json, issue: str, says: str, back: str) -> bool:
        """Whether a relation says it, by its type or in words: from this end, or what is the same, from the other."""
        forward = self.target.origin_of(dict(row), "from") == str(issue)
        kind = row["type"] if forward else row["reverseType"]
        if _TYPES.get(says.casefold()) == kind:
            return True
        text = words(re.sub(r"j2o-\S+;", "", str(row["description"] or "")))
        if kind in _TYPES.values() and kind != "relates" and self.left_out.becomes("links", says) == kind:
            return text in (words(says), words(back))  # which way it leads, its type tells
        return words(says if forward else back) == text

    def watchers(self, issue: Json, held: Held, people: list[Json]) -> None:
        """Everybody who watches."""
        for person in people:
            if any(self.people.is_same(person, number) for number in held.watchers):
                self.result.found("Watcher", "watcher")
                continue
            item = f"{issue['key']} watched by {person.get('displayName')}"
            identity = self.people.identity(person)
            reason = self.left_out.item("watchers", f"{issue['id']}:{identity}")
            if reason is None:
                self.result.lacks("Watcher", item, identity)
            else:
                self.result.skipped("Watcher", "locked people cannot watch")

    def votes(self, issue: Json, held: Held, voters: list[Json]) -> None:
        """How many have voted, and who, where Jira tells it."""
        count = (issue["fields"].get("votes") or {}).get("votes")
        told = list(held.named("Votes", "Voters", "Voted"))
        if count:
            places = [place for place, text in told if str(count) in words(text)]
            by_name = bool(voters) and all(any(self.people.told(one, text) for _, text in told) for one in voters)
            place = places[0] if places else "names of the voters"
            self.result.check(bool(places) or by_name, "Votes", place, issue["key"], count)
        for person in voters:
            places = [place for place, text in told if self.people.told(person, text)]
            place = places[0] if places else ""
            self.result.check(bool(places), "Voter", place, issue["key"], person.get("displayName"))

    def remote_links(self, issue: Json, held: Held, links: list[Json]) -> None:
        """Each link to a page elsewhere: address and title."""
        custom = "\n".join(text for _, text in held.custom())
        for link in links:
            thing = link["object"]
            wanted = (words(str(thing.get("url") or "")), words(str(thing.get("title") or "")))
            item = f"{issue['key']} {thing.get('url')}"
            for place, text in (("custom field", custom), ("text of the description", held.text)):
                if not any(missing_words(one, markdown_words(text)) for one in wanted):
                    self.result.found("Remote link", place)
                    break
            else:
                self.result.lacks("Remote link", item, thing)

    def history(self, issue: Json, held: Held) -> None:
        """Each change: when, by whom, of what, from what to what."""
        texts = [str(row["comment"]["raw"]) for row in held.comments if "history" in _first_line(row)]
        entries = (issue.get("changelog") or {}).get("histories") or ()
        told = "\n".join(texts)
        known = set(instants(told))
        for entry in sorted(entries, key=lambda one: (instant(one["created"]), int(one["id"]))):
            item = f"{issue['key']} change {entry['id']}"
            self.result.check(instant(entry["created"]) in known, "Change: time", "history", item, entry["created"])
            author = entry.get("author") or {}
            if author:
                shown = self.people.told(author, told)
                self.result.check(shown, "Change: author", "history", item, author.get("displayName"))
            for change in entry["items"]:
                values = [change.get(name) or change.get(name[:-6]) or "" for name in ("fromString", "toString")]
                gone = [
                    gone for value in (change["field"], *values) for gone in self.people.missing_of(str(value), told)
                ]
                self.result.check(not gone, "Change: field and values", "history", item, gone)

    def _absent(self, kind: str, entity: str, origin: Any, item: str, what: Any) -> None:
        reason = self.left_out.item(entity, origin)
        if reason is None:
            self.result.lacks(kind, item, what)
        else:
            self.result.skipped(kind, re.split(r"[:;]", reason)[0][:80])

    def _uncounted(self, kind: str, entity: str, issue: Json, counted: int) -> None:
        listed = self.left_out.uncounted(entity, issue["id"])
        for number in range(counted):
            if number < listed:
                self.result.skipped(kind, "Jira counts it and does not return it")
            else:
                self.result.lacks(kind, issue["key"], "Jira counts it and does not return it; no list says so")


def names_an_issue(value: Any) -> bool:
    """Whether a parent is told: a key, or an issue; Cloud says of some fields only why they are empty."""
    return isinstance(value, str) or (isinstance(value, dict) and bool(value.get("key")))


def people_in(value: Any) -> Iterator[Json]:
    """Every person that is embedded anywhere."""
    if isinstance(value, list):
        for element in value:
            yield from people_in(element)
    elif isinstance(value, dict):
        shown = "displayName" in value and ("name" in value or "accountId" in value)
        if shown or {"name", "active"} <= set(value) <= _OF_THE_DELETED:
            yield value
        else:
            for element in value.values():
                yield from people_in(element)


def _is_named(row: Json, file: Json) -> bool:
    return words(str(row["fileName"])) == words(str(file.get("filename") or ""))


def _first_line(row: Json) -> str:
    return str(row["comment"]["raw"]).partition("\n")[0]
