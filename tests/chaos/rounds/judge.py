"""The judge of a round: what both servers hold, compared item by item. It knows no code of j2o and no ledger."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Hashable, Mapping, Optional

from ...integration.source_words import adf_words, lost, wiki_words
from .directory import Directory, people_in
from .values import ROUNDED, Values, seconds
from .verdict import Verdict

Row = Mapping[str, Any]

_MARK = {
    "work_packages": re.compile(r"\[(?P<key>[A-Z][A-Z0-9_]*-\d+)\]\([^()\s]*#j2o-demo-(?P<id>\d+)\)\s*\Z"),
    "comments": re.compile(r"\A\[(?P<label>.*)\]\([^()\s]*#j2o-demo-c(?P<id>\d+)\)(?:\n|\Z)"),
    "attachments": re.compile(r"(?:\A|\s)j2o-demo-a(?P<id>\d+);\s*\Z"),
    "time_entries": re.compile(r"(?:\A|\s)j2o-demo-w(?P<id>\d+);\s*\Z"),
}
_KEY = re.compile(r"\b[A-Z][A-Z0-9_]*-\d+\b")
#: what no database of OpenProject's keeps, or no page shows
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_MENTION = re.compile(r"\[~\s*(?:accountid:)?([^\]|]+?)\s*\]")


def judge(source: Row, target: Row, files: Mapping[str, bytes]) -> Verdict:
    """Compare the states of Jira and OpenProject; ``files`` are the contents of Jira's files by their id."""
    bench = _Bench(source, target, files)
    bench.people()
    bench.structure()
    bench.work_packages()
    bench.comments()
    bench.attachments()
    bench.time_entries()
    bench.relations()
    bench.watchers()
    return bench.verdict


class _Bench:
    """One comparison. Items of the source are named by their ids, people by the row of the source's directory."""

    def __init__(self, source: Row, target: Row, files: Mapping[str, bytes]) -> None:
        self.verdict = Verdict()
        self._source, self._target, self._files = source, target, files
        self._issues = {str(issue["id"]): issue for issue in source["issues"] if not issue["fields"].get("security")}
        self._keys = {issue["key"]: identifier for identifier, issue in self._issues.items()}
        self._directory = Directory([*source["users"], *people_in(source["issues"])])
        self._users = {str(row["id"]): self._directory.find(row["login"]) for row in target["users"]}
        self._values = Values(source["fields"], self._directory, self._users)
        self._packages: dict[str, str] = {}

    # ---------------------------------------------------------------- people and projects

    def people(self) -> None:
        """Everybody of the directory, and of the issues that were to be migrated."""
        listed = [user for user in self._source["users"] if (user.get("groups") or {}).get("size")]
        wanted = {self._directory.who(person) for person in [*listed, *people_in(list(self._issues.values()))]}
        # OpenProject's own administrator; Jira's is the same person where logins tell.
        held = [
            self._users[str(row["id"])] or row["login"]
            for row in self._target["users"]
            if row["login"] != "admin" or self._directory.find("admin") in wanted
        ]
        allowed = {str(self._directory.who(user)) for user in self._source["users"]}
        self.verdict.compare("user", wanted, (name for name in held if name in wanted or name not in allowed))
        groups = {row["name"]: row for row in self._target["groups"]}
        self.verdict.compare(
            "group", (row["name"] for row in self._source["groups"]), (row["name"] for row in self._target["groups"])
        )
        for row in self._source["groups"]:
            members = (groups.get(row["name"]) or {"_links": {}})["_links"].get("members", ())
            self.verdict.same(
                f"group {row['name']}",
                {"members": sorted(str(self._directory.who(member)) for member in row["members"])},
                {"members": sorted(str(self._users.get(_id(link))) for link in members)},
            )

    def structure(self) -> None:
        """Projects, versions and memberships."""
        living = {row["key"]: row for row in self._source["projects"] if not row.get("archived")}
        self.verdict.compare(
            "project", (row["name"] for row in living.values()), (row["name"] for row in self._target["projects"])
        )
        self.verdict.compare(
            "version",
            (
                (living[row["project"]]["name"], row["name"])
                for row in self._source["versions"]
                if row["project"] in living
            ),
            ((row["_links"]["definingProject"]["title"], row["name"]) for row in self._target["versions"]),
        )
        held = [(_linked(row, "project"), _linked(row, "principal")) for row in self._target["memberships"]]
        self.verdict.once("membership", held)
        least = self._source["manifest"]["memberships"]
        if len(set(held)) < least:
            self.verdict.lost.append(f"{least - len(set(held))} of {least} memberships")

    # ---------------------------------------------------------------- issues

    def work_packages(self) -> None:
        """One for each issue, with its key, summary, parent, project, fields and words."""
        rows: dict[str, Row] = {}
        held = []
        for row in self._target["work_packages"]:
            found = self._marked("work_packages", row, row["description"]["raw"])
            self._packages[str(row["id"])] = found
            rows[found] = row
            held.append(found)
        self.verdict.compare("work package", self._issues, held)
        for identifier, issue in self._issues.items():
            if identifier in rows:
                self._compare(issue, rows[identifier])

    def _compare(self, issue: Row, row: Row) -> None:
        fields, text = issue["fields"], row["description"]["raw"]
        parent = fields.get("parent") or {}
        above = self._keys.get(parent.get("key") or self._epic(fields) or "")
        mark = _MARK["work_packages"].search(text)
        self.verdict.same(
            f"work package {issue['key']}",
            {
                "key": issue["key"],
                "subject": " ".join(_CONTROL.sub("", fields.get("summary") or "(no summary)").split())[:255].strip(),
                "project": fields["project"]["name"],
                "parent": above,
            },
            {
                "key": mark["key"] if mark else None,
                "subject": " ".join(row["subject"].split()),
                "project": row["_links"]["project"]["title"],
                "parent": self._packages.get(_linked(row, "parent")),
            },
        )
        wanted = self._values.wanted(issue)
        self.verdict.same(f"work package {issue['key']}", wanted, self._values.held(row, wanted))
        self._same_words(f"work package {issue['key']}", fields.get("description"), text)

    def comments(self) -> None:
        """Every comment that all may read and that says something, in order, with its words and day."""
        held: dict[str, list[tuple[str, str]]] = {}
        for row in sorted(self._target["comments"], key=lambda row: int(row["id"])):
            text = row["comment"]["raw"]
            entry = (self._marked("comments", row, text), text)
            held.setdefault(self._packages.get(_linked(row, "workPackage"), "?"), []).append(entry)
        wanted: dict[str, list[Row]] = {}
        for comment in self._source["comments"]:
            if comment["issue"] in self._keys and comment.get("body") and not comment.get("visibility"):
                wanted.setdefault(self._keys[comment["issue"]], []).append(comment)
        self.verdict.compare(
            "comment",
            ((issue, str(row["id"])) for issue, rows in wanted.items() for row in rows),
            ((issue, name) for issue, entries in held.items() for name, _ in entries),
        )
        for issue, rows in wanted.items():
            entries = held.get(issue, [])
            order = [str(row["id"]) for row in rows]
            self.verdict.same(
                f"comments of {self._issues[issue]['key']}", {"order": order}, {"order": [name for name, _ in entries]}
            )
            texts = dict(entries)
            for row in rows:
                text = texts.get(str(row["id"]), "")
                if text:
                    self._same_words(f"comment {row['id']}", row["body"], text)
                    self.verdict.same(f"comment {row['id']}", {"day": True}, {"day": row["created"][:10] in text})

    def attachments(self) -> None:
        """Every file with all its bytes; what nobody claimed the server removes by itself, three hours later."""
        wanted = {str(row["id"]): row for row in self._source["attachments"] if row["issue"] in self._keys}
        held = []
        for row in self._target["attachments"]:
            if _linked(row, "container"):
                name = self._marked("attachments", row, row["description"]["raw"])
                held.append((self._packages.get(_linked(row, "container")), name))
                if name in wanted:
                    digest = hashlib.md5(self._files[name], usedforsecurity=False).hexdigest()
                    self.verdict.same(
                        f"attachment {name}",
                        {"size": wanted[name]["size"], "digest": digest},
                        {"size": row["fileSize"], "digest": row["digest"]["hash"]},
                    )
        self.verdict.compare("attachment", ((self._keys[row["issue"]], name) for name, row in wanted.items()), held)

    def time_entries(self) -> None:
        """Every worklog that all may read, with its day, hours and person."""
        wanted = {
            str(row["id"]): row
            for row in self._source["worklogs"]
            if row["issue"] in self._keys and not row.get("visibility")
        }
        held = []
        for row in self._target["time_entries"]:
            name = self._marked("time_entries", row, row["comment"]["raw"])
            link = "workPackage" if "workPackage" in row["_links"] else "entity"
            held.append((self._packages.get(_linked(row, link)), name))
            if name in wanted:
                worklog, spent = wanted[name], seconds(row["hours"])
                if abs(spent - worklog["timeSpentSeconds"]) <= ROUNDED:
                    spent = worklog["timeSpentSeconds"]
                self.verdict.same(
                    f"time entry {name}",
                    {
                        "day": worklog["started"][:10],
                        "seconds": worklog["timeSpentSeconds"],
                        "person": self._directory.who(worklog["author"]) if worklog.get("author") else None,
                    },
                    {"day": row["spentOn"], "seconds": spent, "person": self._users.get(_linked(row, "user"))},
                )
        self.verdict.compare("time entry", ((self._keys[row["issue"]], name) for name, row in wanted.items()), held)

    def relations(self) -> None:
        """One for each pair of issues that are linked."""
        wanted = set()
        for identifier, issue in self._issues.items():
            for link in issue["fields"].get("issuelinks") or ():
                other = self._keys.get((link.get("outwardIssue") or link["inwardIssue"])["key"])
                if other is not None and other != identifier:
                    wanted.add(tuple(sorted((identifier, other))))
        held = (
            tuple(sorted(self._packages.get(_linked(row, end), "?") for end in ("from", "to")))
            for row in self._target["relations"]
        )
        self.verdict.compare("relation", wanted, held)

    def watchers(self) -> None:
        """Everybody who is active and watches. OpenProject makes us watch whatever we create."""
        wanted = {
            (self._keys[row["issue"]], self._directory.who(row))
            for row in self._source["watchers"]
            if row["issue"] in self._keys and row.get("active") is not False
        }
        ours = {str(row["id"]) for row in self._target["users"] if row["login"] == "admin"}
        held: list[Hashable] = []
        only_ours: list[Hashable] = []
        for row in self._target["watchers"]:
            issue, user = self._packages.get(_linked(row, "workPackage"), "?"), _linked(row, "user")
            watcher = (issue, self._users.get(user))
            (only_ours if user in ours and watcher not in wanted else held).append(watcher)
        self.verdict.compare("watcher", wanted, held)
        self.verdict.once("watcher", only_ours)

    # ---------------------------------------------------------------- small questions

    def _marked(self, kind: str, row: Row, text: str) -> str:
        mark = _MARK[kind].search(text or "")
        return mark["id"] if mark else f"{row['id']} without origin mark: {(text or '')[-80:]!r}"

    def _epic(self, fields: Row) -> Optional[str]:
        link = next((entry["id"] for entry in self._source["fields"] if entry["name"] == "Epic Link"), "")
        return fields.get(link)

    def _same_words(self, what: str, body: Any, text: str) -> None:
        gone = lost(self._words(body), text)
        if gone:
            self.verdict.different.append(f"{what}: its text lacks {', '.join(gone[:5])}")

    def _words(self, body: Any) -> list[str]:
        """What a reader of the source sees, people by their names; of keys only those that became no number."""
        if isinstance(body, dict):
            words = " ".join(adf_words(body))
            keys = {word.casefold() for key in self._keys for word in key.split("-")}
            return [word for word in words.split() if word not in keys]
        named = _MENTION.sub(lambda found: f" {self._directory.display_name(found[1])} ", body or "")
        return wiki_words(_KEY.sub(lambda found: "" if found[0] in self._keys else found[0], named))


def _linked(row: Row, name: str) -> str:
    return _id(row["_links"].get(name) or {})


def _id(link: Row) -> str:
    return str(link.get("href") or "").rpartition("/")[2]
