"""People, groups, projects, members, versions and components."""

from __future__ import annotations

import re
from typing import Any, Collection, Iterable, Mapping

from .finding import Comparison
from .left_out import NOT_ASKED, LeftOut
from .moments import days
from .people import People
from .target import Target, id_of
from .values import lacks
from .words import markdown_words, missing_words, words

Json = Mapping[str, Any]


class Structure:
    """Compares what issues stand in; ``finished``: versions were closed and people locked."""

    def __init__(
        self, result: Comparison, target: Target, left_out: LeftOut, people: People, finished: bool = False
    ) -> None:
        self.result = result
        self.target = target
        self.left_out = left_out
        self.people = people
        self.finished = finished

    def users(self, users: list[Json]) -> None:
        """Everybody has an account: name, mail where Jira tells it, and whether they may sign in."""
        for person in users:
            identity, name = self.people.identity(person), str(person.get("displayName") or person.get("name"))
            number = self.people.number(person)
            if number is None:
                self._absent("User", "users", identity, name)
                continue
            account = self.target.users[number]
            if number in self.people.before:
                self.result.found("User", "account that was there before, kept as it is")
                continue
            self.result.found("User", "user")
            gone = missing_words(words(name), words(str(account["name"])))
            self.result.check(not gone, "User: name", "name", identity, (name, account["name"]))
            mail = str(person.get("emailAddress") or "")
            if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", mail):
                same = mail.casefold() == str(account.get("email") or "").casefold()
                self.result.check(same, "User: mail", "email", identity, (mail, account.get("email")))
            if self.finished:
                locked = account["status"] == "locked"
                same = locked != bool(person.get("active", True))
                self.result.check(same, "User: may sign in", "status", identity, account["status"])

    def without_account(self, people: Iterable[Json]) -> None:
        """Whoever has work to do and is to have no account has a placeholder, where there are any."""
        for person in people:
            identity = self.people.identity(person)
            if self.people.number(person) is not None or self.left_out.item("users", identity) is None:
                continue
            if not self.left_out.reads("placeholder_users"):
                self.result.skipped("Person without an account", NOT_ASKED)
            elif self.people.placeholder(person) is not None:
                self.result.found("Person without an account", "placeholder user")
            else:
                self._absent("Person without an account", "placeholder_users", identity, person.get("displayName"))

    def groups(self, groups: list[Json]) -> None:
        """Each group and who is in it."""
        held = {str(row["name"]): row for row in self.target.state["groups"]}
        for group in groups:
            row = held.get(str(group["name"]))
            if row is None:
                self._absent("Group", "groups", group.get("groupId") or group["name"], group["name"])
                continue
            self.result.found("Group", "group")
            members = {str(one["id"]) for one in (row.get("_embedded") or {}).get("members") or ()}
            members |= {id_of(one) for one in row["_links"].get("members") or ()}
            for person in group.get("members") or ():
                holds = any(self.people.is_same(person, number) for number in members)
                name = f"{group['name']}: {person.get('displayName')}"
                self.result.check(holds, "Group: member", "member", name, members)

    def project(self, project: Json) -> None:
        """A project with its text, lead, category, address, former keys and components."""
        row = self.target.project(str(project.get("name") or project["key"]))
        key = str(project["key"])
        if row is None:
            reason = self.left_out.item("projects", project["id"])
            if reason is not None:
                self.result.skipped("Project", reason.split(":")[0][:60])
            elif project.get("archived"):
                self.result.skipped("Project", "archived: no API lists its issues")
            else:
                self.result.lacks("Project", key, project.get("name"))
            return
        self.result.found("Project", "project")
        text = str((row.get("description") or {}).get("raw") or "")
        identifier = str(row["identifier"])
        self.result.check(words(key)[0] in words(identifier), "Project: key", "identifier", key, identifier)
        self.result.check(
            bool(project.get("archived")) != bool(row["active"]), "Project: archived", "active", key, row["active"]
        )
        if project.get("description"):
            gone = missing_words(words(str(project["description"])), markdown_words(text))
            self.result.check(not gone, "Project: description", "description", key, gone)
        attributes = self.target.attributes(row)
        for name, label in (("lead", "lead"), ("url", "url"), ("projectCategory", "category")):
            if project.get(name):
                reason = self.left_out.field("projects", name)
                if reason is not None:
                    self.result.skipped(f"Project: {label}", f"a line of the spec: {reason}")
                    continue
                held = attributes.get(f"project {label}")
                if name == "lead" and held is not None:
                    same = any(self.people.is_same(project[name], number) for number, _ in held)
                    self.result.check(same, f"Project: {label}", "attribute", key, held)
                    continue
                titles = ", ".join(title for _, title in held or ())
                gone = lacks(project[name], "", f"{text}\n\n{titles}")
                place = "attribute" if held else "text of the description"
                self.result.check(not gone, f"Project: {label}", place, key, gone)
        for former in (project.get("projectKeys") or [])[1:]:
            held = missing_words(words(former), markdown_words(text)) == []
            self.result.check(held, "Project: former key", "text of the description", key, former)
        for component in project.get("components") or ():
            self._component(key, component, text)

    def _component(self, key: str, component: Json, text: str) -> None:
        item = f"{key}: {component['name']}"
        for name in ("name", "description", "lead"):
            if component.get(name):
                gone = lacks(component[name], "", text)
                self.result.check(not gone, f"Component: {name}", "text of the project", item, gone)

    def version(self, project: Json, version: Json) -> None:
        """A version with text, dates and state."""
        item = f"{project['key']} {version['name']}"
        held = self.target.version(str(project.get("name") or project["key"]), str(version["name"]))
        if held is None:
            self._absent("Version", "versions", version["id"], item)
            return
        self.result.found("Version", "version")
        text = str((held.get("description") or {}).get("raw") or "")
        if version.get("description"):
            gone = missing_words(words(str(version["description"])), markdown_words(text))
            self.result.check(not gone, "Version: description", "description", item, gone)
        for name, attribute in (("startDate", "startDate"), ("releaseDate", "endDate")):
            if version.get(name):
                day = str(version[name])[:10]  # the oldest servers tell a time
                holds = held.get(attribute) == day or day in days(text)
                self.result.check(holds, f"Version: {name}", attribute, item, (version[name], held.get(attribute)))
        if self.finished:
            over = bool(version.get("released") or version.get("archived"))
            same = over == (held["status"] != "open")
            self.result.check(same, "Version: released or archived", "status", item, held["status"])

    def members(self, project: Json, roles: Mapping[str, list[Json]]) -> None:
        """Each actor of each role is a member of the project."""
        row = self.target.project(str(project.get("name") or project["key"]))
        if row is None:
            return
        held: dict[str, set[str]] = {}
        for membership in self.target.state["memberships"]:
            if id_of(membership["_links"].get("project")) == str(row["id"]):
                number = id_of(membership["_links"]["principal"])
                held.setdefault(number, set()).update(role["title"] for role in membership["_links"]["roles"])
        for role, actors in roles.items():
            for actor in actors:
                item = f"{project['key']} {role}: {actor['displayName']}"
                kind = "user" if actor["type"] == "atlassian-user-role-actor" else "group"
                reason = self.left_out.item("memberships", f"{project['id']}:{kind}:{actor.get('name')}")
                if reason is None or self._is_member(actor, held):
                    self.result.check(self._is_member(actor, held), "Role actor", "membership", item, sorted(held))
                else:
                    self.result.skipped("Role actor", reason.split(":")[0][:60])

    def _is_member(self, actor: Json, held: Collection[str]) -> bool:
        user = actor.get("actorUser") or {}
        if actor["type"] == "atlassian-user-role-actor":
            person = self.people.find(str(user.get("accountId") or actor.get("name") or ""))
            return person is not None and any(self.people.is_same(person, number) for number in held)
        names = [words(str((self.target.principals.get(number) or {}).get("name"))) for number in held]
        return words(str(actor["displayName"])) in names

    def _absent(self, kind: str, entity: str, origin: Any, item: Any) -> None:
        reason = self.left_out.item(entity, origin)
        if reason is None:
            self.result.lacks(kind, str(item), origin)
        else:
            self.result.skipped(kind, reason.split(":")[0][:60])
