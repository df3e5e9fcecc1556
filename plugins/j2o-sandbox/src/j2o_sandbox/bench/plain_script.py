"""A plain sequential script that does what a migration does: read Jira, check, convert, write, read back, compare.

What somebody would write without j2o, for these two systems alone: one request after the other, no ledger, no second
try, no record of what was done. It is measured against, and shares no code with what it is measured against.

Called with ``JIRA_URL``, ``JIRA_TOKEN``, ``OPENPROJECT_URL`` and ``OPENPROJECT_API_KEY`` in the environment. Prints
``{"refused", "first", "differences"}``.
"""

from __future__ import annotations

import datetime
import json
import os
import re
import sys
from typing import Any, Dict, Iterator, List, Optional, Tuple

import requests

TYPES = {"Epic": "Phase"}
STATUSES = {"To Do": "New", "In Progress": "In progress", "In Review": "In progress", "Blocked": "On hold",
            "Done": "Closed", "Won't do": "Rejected", "Won't fix": "Rejected"}  # fmt: skip
PRIORITIES = {"Blocker": "Immediate", "Critical": "Immediate", "Highest": "Immediate", "High": "High", "Major": "High",
              "Medium": "Normal", "Low": "Low", "Lowest": "Low", "Minor": "Low", "Trivial": "Low"}  # fmt: skip
LINKS = {"blocks": "blocks", "is blocked by": "blocked", "duplicates": "duplicates", "is duplicated by": "duplicated",
         "has to be done before": "precedes", "has to be done after": "follows"}  # fmt: skip
MAPPED = {"project", "summary", "issuetype", "status", "priority", "description", "assignee", "parent", "duedate",
          "timeoriginalestimate", "timeestimate", "fixVersions", "comment", "attachment", "worklog", "issuelinks",
          "subtasks", "watches", "votes", "progress", "aggregateprogress", "timetracking", "workratio", "timespent",
          "aggregatetimespent", "aggregatetimeestimate", "aggregatetimeoriginalestimate", "lastViewed", "thumbnail",
          "security"}  # fmt: skip
_MARKUP = (
    (re.compile(r"^h([1-6])\. ", re.M), lambda match: "#" * int(match[1]) + " "),
    (re.compile(r"^# ", re.M), lambda match: "1. "),
    (re.compile(r"\{code(?::(\w+))?[^}]*\}"), lambda match: f"\n```{match[1] or ''}\n"),
    (re.compile(r"\{noformat\}"), lambda match: "\n```\n"),
    (re.compile(r"\{\{([^}]+)\}\}"), lambda match: f"`{match[1]}`"),
    (re.compile(r"(?<!\w)\*([^*\n]+)\*(?!\w)"), lambda match: f"**{match[1]}**"),
    (re.compile(r"\[([^|\]\n]+)\|([^\]\n]+)\]"), lambda match: f"[{match[1]}]({match[2]})"),
    (re.compile(r"\[~([^\]]+)\]"), lambda match: f"@{match[1]}"),
)


def markdown(text: Optional[str]) -> str:
    """Wiki markup, roughly."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text or "")
    return (text or "").replace("\r\n", "\n")


class Script:
    """One migration."""

    def __init__(self, jira: str, token: str, openproject: str, key: str) -> None:
        self.jira_url, self.target_url = jira, openproject
        self.jira = requests.Session()
        self.jira.headers["Authorization"] = f"Bearer {token}"
        self.target = requests.Session()
        self.target.auth = ("apikey", key)
        self.jira.trust_env = self.target.trust_env = False
        self.refused: List[str] = []
        self.differences = 0
        self.people: Dict[str, Dict[str, Any]] = {}
        self.users: Dict[str, str] = {}
        self.groups: Dict[str, str] = {}
        self.versions: Dict[str, str] = {}
        self.packages: Dict[str, Dict[str, Any]] = {}

    # ------------------------------------------------------------------ requests

    def read(self, path: str, **query: Any) -> Any:
        """From Jira."""
        answer = self.jira.get(f"{self.jira_url}/rest/api/2{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    def get(self, path: str, **query: Any) -> Any:
        """From OpenProject."""
        answer = self.target.get(f"{self.target_url}/api/v3/{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    def pages(self, path: str, size: int = 100) -> Iterator[Dict[str, Any]]:
        """A whole collection of OpenProject."""
        number, seen = 1, 0
        while True:
            page = self.get(path, pageSize=size, offset=number, filters="[]")
            rows = page["_embedded"]["elements"]
            yield from rows
            seen += len(rows)
            if not rows or seen >= page["total"]:
                return
            number += 1

    def write(self, path: str, body: Any, method: str = "POST", **more: Any) -> Optional[Dict[str, Any]]:
        """To OpenProject; ``None`` where it refuses."""
        sent = more or {"json": body}
        answer = self.target.request(method, f"{self.target_url}/api/v3/{path}", **sent)
        if not answer.ok:
            self.refused.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
            return None
        made: Dict[str, Any] = answer.json()
        return made

    # ------------------------------------------------------------------ reading Jira

    def extract(self) -> None:
        """Everything into memory."""
        names = {field["name"]: field["id"] for field in self.read("/field")}
        self.epic_link, self.start_date = names.get("Epic Link", ""), names.get("Start date", "")
        self.field_names = {identifier: name for name, identifier in names.items()}
        self.projects = [row for row in self.read("/project") if not row.get("archived")]
        start = 0
        while True:
            found = self.read("/user/search", username=".", startAt=start, maxResults=1000, includeInactive="true")
            self.people.update((person["name"], person) for person in found)
            if not found:
                break
            start += len(found)
        self.members = {
            group["name"]: self.group_members(group["name"])
            for group in self.read("/groups/picker", maxResults=1000)["groups"]
        }
        self.actors: Dict[str, Dict[Tuple[str, str], List[str]]] = {}
        self.releases: Dict[str, List[Dict[str, Any]]] = {}
        self.issues: Dict[str, Dict[str, Any]] = {}
        for project in self.projects:
            key = project["key"]
            self.actors[key] = {}
            for address in self.read(f"/project/{key}/role").values():
                role = self.read(address.partition("/rest/api/2")[2])
                for actor in role["actors"]:
                    kind = "group" if "group" in actor["type"] else "user"
                    self.actors[key].setdefault((kind, actor["name"]), []).append(role["name"])
            self.releases[key] = self.read(f"/project/{key}/versions")
            self.extract_issues(key)
        for issue in self.issues.values():
            self.remember_people(issue["fields"])

    def group_members(self, name: str) -> List[str]:
        """Login names."""
        found: List[str] = []
        while True:
            page = self.read("/group/member", groupname=name, startAt=len(found), includeInactiveUsers="true")
            found.extend(member["name"] for member in page["values"])
            if page.get("isLast", True) or not page["values"]:
                return found

    def extract_issues(self, project: str) -> None:
        """With comments, worklogs and watchers to their end."""
        start = 0
        while True:
            asked = {"jql": f"project = {project} ORDER BY key", "startAt": start, "maxResults": 100,
                     "fields": ["*all"], "expand": ["changelog"]}  # fmt: skip
            page = self.jira.post(f"{self.jira_url}/rest/api/2/search", json=asked).json()
            for issue in page["issues"]:
                fields = issue["fields"]
                for name, rows in (("comment", "comments"), ("worklog", "worklogs")):
                    if len(fields[name][rows]) < fields[name]["total"]:
                        whole = self.read(f"/issue/{issue['key']}/{name}", maxResults=1000)[rows]
                        fields[name][rows] = max(whole, fields[name][rows], key=len)
                fields["watching"] = []
                if fields["watches"]["watchCount"]:
                    fields["watching"] = self.read(f"/issue/{issue['key']}/watchers")["watchers"]
                self.issues[issue["key"]] = issue
            start += len(page["issues"])
            if not page["issues"] or start >= page["total"]:
                return

    def remember_people(self, value: Any) -> None:
        """Whoever is named anywhere."""
        if isinstance(value, dict):
            if "displayName" in value and "name" in value:
                self.people.setdefault(value["name"], value)
            for inner in value.values():
                self.remember_people(inner)
        elif isinstance(value, list):
            for inner in value:
                self.remember_people(inner)

    # ------------------------------------------------------------------ checking

    def check(self) -> None:
        """What would go wrong later."""
        self.types = {row["name"]: row["id"] for row in self.pages("types")}
        self.statuses = {row["name"]: row["id"] for row in self.pages("statuses")}
        self.priorities = {row["name"]: row["id"] for row in self.pages("priorities")}
        self.roles = {row["name"]: row["id"] for row in self.pages("roles")}
        self.known = {row["login"]: str(row["id"]) for row in self.pages("users")}
        self.issues = {key: issue for key, issue in self.issues.items() if not issue["fields"].get("security")}
        for key, issue in self.issues.items():
            fields = issue["fields"]
            if not fields["project"]["key"] or len(fields["summary"] or "") > 255:
                self.refused.append(f"{key}: no project, or too long a summary")

    # ------------------------------------------------------------------ writing OpenProject

    def load(self) -> None:
        """In the order of their references."""
        self.load_people()
        self.load_projects()
        for key in self.parents_first():
            self.load_issue(key)
        self.restore_dates()
        self.load_links()
        for key, package in self.packages.items():
            for comment in self.comments_of(key):
                self.load_comment(package["id"], key, comment)
        for key, package in self.packages.items():
            fields = self.issues[key]["fields"]
            for person in fields["watching"]:
                if person["active"]:
                    self.write(f"work_packages/{package['id']}/watchers", {"user": self.link("users", person["name"])})
            for entry in self.worklogs_of(key):
                self.load_worklog(package["id"], entry)

    def load_people(self) -> None:
        """Users and groups."""
        for name, person in self.people.items():
            login = re.sub(r"[^\w.@+ -]", "_", name)[:256]
            if login in self.known:
                self.users[name] = self.known[login]
                continue
            first, _, last = (person.get("displayName") or name).strip().rpartition(" ")
            mail = (person.get("emailAddress") or "").strip()
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", mail):
                mail = f"{re.sub(r'[^A-Za-z0-9.]', '.', login)}@jira.invalid"
            made = self.write("users", {"login": login, "email": mail, "firstName": first or last or "-",
                                        "lastName": last or "-", "status": "active",
                                        "password": "a long Password, 4 nobody!"})  # fmt: skip
            if made:
                self.users[name] = str(made["id"])
        for name, members in self.members.items():
            links = [self.link("users", member) for member in members if member in self.users]
            made = self.write("groups", {"name": name, "_links": {"members": links}})
            if made:
                self.groups[name] = str(made["id"])

    def load_projects(self) -> None:
        """With members and versions."""
        self.project_ids: Dict[str, str] = {}
        for project in self.projects:
            key = project["key"]
            body = {"identifier": key.lower(), "name": project["name"], "public": False,
                    "description": {"raw": project.get("description") or ""}}  # fmt: skip
            made = self.write("projects", body)
            if not made:
                continue
            self.project_ids[key] = str(made["id"])
            # Users first: a group brings its members in, who then cannot be given roles of their own.
            for (kind, name), roles in sorted(self.actors[key].items(), reverse=True):
                principal = (self.groups if kind == "group" else self.users).get(name)
                wanted = {"Project admin" if role.startswith("Administrator") else "Member" for role in roles}
                self.write("memberships", {"_links": {
                    "project": {"href": f"/api/v3/projects/{made['id']}"},
                    "principal": {"href": f"/api/v3/{kind}s/{principal}"},
                    "roles": [{"href": f"/api/v3/roles/{self.roles[role]}"} for role in sorted(wanted)],
                }, "_meta": {"sendNotifications": False}})  # fmt: skip
            for release in self.releases[key]:
                version = self.write("versions", {
                    "name": release["name"][:60], "startDate": release.get("startDate"),
                    "endDate": release.get("releaseDate"), "status": "open",
                    "description": {"raw": release.get("description") or ""},
                    "_links": {"definingProject": {"href": f"/api/v3/projects/{made['id']}"}},
                })  # fmt: skip
                if version:
                    self.versions[release["id"]] = str(version["id"])

    def parents_first(self) -> List[str]:
        """Keys of issues, each after the one above it."""
        ordered: Dict[str, None] = {}

        def add(key: str) -> None:
            above = self.parent_of(key)
            if above and above not in ordered:
                add(above)
            ordered.setdefault(key)

        for key in self.issues:
            add(key)
        return list(ordered)

    def parent_of(self, key: str) -> Optional[str]:
        """The key above, where it is migrated."""
        fields = self.issues[key]["fields"]
        above = (fields.get("parent") or {}).get("key") or fields.get(self.epic_link)
        return above if above in self.issues else None

    def load_issue(self, key: str) -> None:
        """With its files."""
        fields = self.issues[key]["fields"]
        files = [{"href": f"/api/v3/attachments/{made}"} for made in map(self.load_file, fields["attachment"]) if made]
        above = self.parent_of(key)
        body = self.body_of(key, fields)
        if files:
            body["_links"]["attachments"] = files
        if above and above in self.packages:
            body["_links"]["parent"] = {"href": f"/api/v3/work_packages/{self.packages[above]['id']}"}
        made = self.write("work_packages?notify=false", body)
        if made:
            self.packages[key] = {"id": made["id"], "subject": body["subject"], "startDate": body["startDate"],
                                  "dueDate": body["dueDate"], "parent": above}  # fmt: skip

    def body_of(self, key: str, fields: Dict[str, Any]) -> Dict[str, Any]:
        """What is sent to create it."""
        kept = [
            f"- **{self.field_names.get(name, name)}:** {json.dumps(value)[:500]}"
            for name, value in fields.items()
            if name not in MAPPED and name != "watching" and value not in (None, [], {}, "")
        ]
        text = "\n\n".join([markdown(fields["description"]), "\n".join(kept),
                            f"[{key}]({self.jira_url}/browse/{key})"])  # fmt: skip
        start, due = fields.get(self.start_date), fields.get("duedate")
        if start and due and start[:10] > due:
            start = None
        status = STATUSES.get(fields["status"]["name"], "New")
        priority = PRIORITIES.get((fields.get("priority") or {}).get("name", ""), "Normal")
        assignee = (fields.get("assignee") or {}).get("name")
        links = {
            "project": {"href": f"/api/v3/projects/{self.project_ids[fields['project']['key']]}"},
            "type": {"href": f"/api/v3/types/{self.types[TYPES.get(fields['issuetype']['name'], 'Task')]}"},
            "status": {"href": f"/api/v3/statuses/{self.statuses[status]}"},
            "priority": {"href": f"/api/v3/priorities/{self.priorities[priority]}"},
        }
        if assignee in self.users:
            links["assignee"] = self.link("users", assignee)
        for version in fields["fixVersions"][:1]:
            links["version"] = {"href": f"/api/v3/versions/{self.versions[version['id']]}"}
        return {
            "subject": (fields["summary"] or "").strip()[:255] or "(no summary)",
            "description": {"raw": text},
            "scheduleManually": True,
            "ignoreNonWorkingDays": True,
            "startDate": start[:10] if start else None,
            "dueDate": due,
            "estimatedTime": _duration(fields.get("timeoriginalestimate")),
            "remainingTime": _duration(fields.get("timeestimate")),
            "_links": links,
        }

    def load_file(self, file: Dict[str, Any]) -> Optional[int]:
        """Download and upload."""
        content = self.jira.get(file["content"]).content
        form = {
            "metadata": (None, json.dumps({"fileName": file["filename"]}), "application/json"),
            "file": (file["filename"], content, "application/octet-stream"),
        }
        made = self.write("attachments", None, files=form)
        return made["id"] if made else None

    def restore_dates(self) -> None:
        """A first child overwrites its parent's dates."""
        above = {package["parent"] for package in self.packages.values()} - {None}
        for row in list(self.pages("work_packages")):
            mine = next((key for key in above if key in self.packages and self.packages[key]["id"] == row["id"]), None)
            if mine is None:
                continue
            wanted = {name: self.packages[mine][name] for name in ("startDate", "dueDate")}
            if any(row.get(name) != value for name, value in wanted.items()):
                body = {**wanted, "scheduleManually": True, "lockVersion": row["lockVersion"]}
                self.write(f"work_packages/{row['id']}?notify=false", body, "PATCH")

    def load_links(self) -> None:
        """One a pair."""
        done = set()
        for key, package in self.packages.items():
            for link in self.issues[key]["fields"]["issuelinks"]:
                out = link.get("outwardIssue")
                other = (out or link["inwardIssue"])["key"]
                pair = frozenset((key, other))
                if other not in self.packages or pair in done:
                    continue
                done.add(pair)
                words = link["type"]["outward" if out else "inward"]
                body = {"type": LINKS.get(words, "relates"), "description": words,
                        "_links": {"to": {"href": f"/api/v3/work_packages/{self.packages[other]['id']}"}}}  # fmt: skip
                self.write(f"work_packages/{package['id']}/relations?notify=false", body)

    def load_comment(self, package: int, key: str, comment: Dict[str, Any]) -> None:
        """Author and time in words."""
        author = (comment.get("author") or {}).get("displayName", "unknown")
        head = f"[{author}, {comment['created']}]({self.jira_url}/browse/{key}?focusedCommentId={comment['id']})"
        body = {"comment": {"raw": f"{head}\n\n{markdown(comment['body'])}"}}
        self.write(f"work_packages/{package}/activities?notify=false", body)

    def load_worklog(self, package: int, entry: Dict[str, Any]) -> None:
        """Who, when, how long."""
        author = (entry.get("author") or {}).get("name")
        links = {"entity": {"href": f"/api/v3/work_packages/{package}"}}
        if author in self.users:
            links["user"] = self.link("users", author)
        body = {"spentOn": entry["started"][:10], "hours": _duration(entry["timeSpentSeconds"]),
                "comment": {"raw": markdown(entry.get("comment"))}, "_links": links}  # fmt: skip
        self.write("time_entries", body)

    def comments_of(self, key: str) -> List[Dict[str, Any]]:
        """Those that are migrated."""
        rows = self.issues[key]["fields"]["comment"]["comments"]
        return [row for row in rows if row.get("body") and not row.get("visibility")]

    def worklogs_of(self, key: str) -> List[Dict[str, Any]]:
        """Those that are migrated."""
        return [row for row in self.issues[key]["fields"]["worklog"]["worklogs"] if not row.get("visibility")]

    def link(self, kind: str, name: str) -> Dict[str, str]:
        """To a user."""
        return {"href": f"/api/v3/{kind}/{self.users[name]}"}

    # ------------------------------------------------------------------ reading back

    def verify(self) -> None:
        """Read everything again and compare."""
        for kind in ("users", "groups", "projects", "memberships", "versions", "relations", "time_entries"):
            for row in self.pages(kind):
                self.differences += not row.get("id")
        rows = {row["id"]: row for row in self.pages("work_packages")}
        for key, package in self.packages.items():
            row, fields = rows.get(package["id"], {}), self.issues[key]["fields"]
            for name in ("subject", "startDate", "dueDate"):
                self.differences += row.get(name) != package[name]
            said = self.comments_of(key)
            if said:
                shown = self.get(f"work_packages/{package['id']}/activities")["_embedded"]["elements"]
                self.differences += len([1 for entry in shown if entry["comment"]["raw"]]) < len(said)
            if fields["attachment"]:
                held = self.get(f"work_packages/{package['id']}/attachments")["_embedded"]["elements"]
                self.differences += len(held) != len(fields["attachment"])
            if any(person["active"] for person in fields["watching"]):
                watching = self.get(f"work_packages/{package['id']}/watchers")["_embedded"]["elements"]
                self.differences += not watching


def _duration(seconds: Optional[int]) -> Optional[str]:
    if seconds is None:
        return None
    minutes = datetime.timedelta(seconds=seconds) // datetime.timedelta(minutes=1)
    return f"PT{minutes // 60}H{minutes % 60}M"


def main() -> None:
    """The whole of it."""
    variables = os.environ
    script = Script(
        variables["JIRA_URL"],
        variables["JIRA_TOKEN"],
        variables["OPENPROJECT_URL"],
        variables["OPENPROJECT_API_KEY"],
    )
    script.extract()
    script.check()
    script.load()
    script.verify()
    told = {"refused": len(script.refused), "first": script.refused[:5], "differences": script.differences}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
