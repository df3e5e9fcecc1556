"""Tells of one Jira what can be read there, and what not."""

from __future__ import annotations

from typing import Any, Iterator, Optional

from j2o_core.api import Fatal, Inspector, Line, Needs, Refused, Selection, inspectors

from .client import Jira

OK, WARN, BAD = inspectors.FINE, inspectors.NOTICE, inspectors.BROKEN
#: the oldest and the newest major version of Jira Server and Data Center that is known
_OLDEST, _NEWEST = 8, 11


class JiraInspector(Inspector):
    """Asks with GETs alone."""

    name = "jira"
    client: Jira

    def server_time(self) -> Optional[float]:
        """See ``Inspector``."""
        return self.client.server_time()

    def lines(self, needs: Needs) -> Iterator[Line]:
        """See ``Inspector``."""
        yield self._version()
        yield from self._permissions()
        yield self._projects(needs)
        if "attachments" in needs.fields:
            yield self._attachments()
        if "queries" in needs.fields:
            yield self._filters()
        yield Line("mail", OK, "Jira is only read, so it notifies nobody")

    def _version(self) -> Line:
        if self.client.cloud:
            return Line("version", OK, "Jira Cloud")
        version = str(self.client.get("/serverInfo").get("version") or "")
        major = version.partition(".")[0]
        if major.isdigit() and not _OLDEST <= int(major) <= _NEWEST:
            return Line("version", WARN, f"Jira {version}: known are {_OLDEST} to {_NEWEST}", "Try a few issues first")
        return Line("version", OK, f"Jira {version}")

    def _permissions(self) -> Iterator[Line]:
        wanted = {
            "ADMINISTER": "groups, security levels and all projects can be read",
            "USER_PICKER": "the directory of users can be read",
        }
        try:
            answer = self.client.get("/mypermissions", {"permissions": ",".join(wanted)})
        except Refused as refusal:
            yield Line("permission", WARN, f"Jira does not tell what this account may do: {refusal.message}")
            return
        held: dict[str, Any] = answer.get("permissions") or {}
        for name, what in wanted.items():
            if (held.get(name) or {}).get("havePermission"):
                yield Line("permission", OK, f"{name}: {what}")
            else:
                advice = "Read with an account that has the global permission, or only what it sees is migrated"
                yield Line("permission", WARN, f"not {name}: not all of {what.replace(' can be read', '')}", advice)

    def _projects(self, needs: Needs) -> Line:
        try:
            found = self.client.projects(Selection(tuple(needs.projects)))
        except Fatal as fatal:
            return Line("projects", BAD, fatal.message, "Correct `select.projects`, or give the account the permission")
        if not found:
            advice = "Give the account the permission to browse projects"
            return Line("projects", BAD, "this account sees no project", advice)
        keys = ", ".join(str(project["key"]) for project in found[:10]) + (", ..." if len(found) > 10 else "")
        return Line("projects", OK, f"{len(found):,} to be read: {keys}")

    def _attachments(self) -> Line:
        meta = self.client.get("/attachment/meta")
        limit = int(meta.get("uploadLimit") or 0)
        if meta.get("enabled") is False:
            return Line("attachments", WARN, "attachments are switched off in Jira")
        return Line(
            "attachments", OK, f"files of up to {limit / 1024 / 1024:,.1f} MiB" if limit else "files of any size"
        )

    def _filters(self) -> Line:
        if not self.client.cloud:
            found = len(list(self.client.objects("/filter/favourite")))
            return Line(
                "saved filters",
                WARN,
                f"this Jira lists no filters but the {found:,} favourites of this account; those boards name are read",
                "Let owners share what else is to come along, and mark it as a favourite of this account or name it: "
                "extract: {plugin: jira.filters, ids: [10400]}",
            )
        asked = {"maxResults": 1, "startAt": 0}
        try:
            found = int(self.client.get("/filter/search", {**asked, "overrideSharePermissions": "true"})["total"])
        except Refused as refusal:
            if refusal.status not in (400, 403):
                raise
            advice = "Read with an administrator's account, or only what is shared with this one is migrated"
            return Line("saved filters", WARN, "those of everybody are not shown to this account", advice)
        return Line("saved filters", OK, f"{found:,} of everybody")
