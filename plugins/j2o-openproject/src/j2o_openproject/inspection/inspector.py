"""Tells of one OpenProject, line by line, what a run can do there and what it cannot."""

from __future__ import annotations

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar, Iterator, Mapping, Optional, Sequence

from j2o_core.api import Inspector, Line, Needs, Prerequisite, Refused, inspectors

from ..connector import OpenProject
from ..editions import placeholder_offer
from ..hal import API
from .administrator_script import administrator_script
from .keys import PROJECTS, Keys
from .obstacles import obstacles
from .set_up import SetUp

OK, WARN, BAD = inspectors.FINE, inspectors.NOTICE, inspectors.BROKEN
_OLDEST, _NEWEST = (13, 0), (17, 8)
_ADMIN = "Give the connection the API key of an administrator, best of an account of its own for the migration"
_MAIL_OFF = "Switch mail off while you migrate (Administration > Emails and notifications)"
#: what comes to something that is there, by kind: the first run creates most of it in silence
_ADDED_LATER = {
    "attachments": "files added to a work package",
    "groups": "people added to a group that is a member of projects",
}
#: active projects whose types are compared with what the spec needs
_PROJECTS = 50


class OpenProjectInspector(Inspector):
    """Asks with GETs, forms, and what is refused in any case, none of which writes; and never of a cache."""

    name = "openproject"
    previews: ClassVar[Mapping[str, str]] = {PROJECTS: "identifier"}
    client: OpenProject

    def server_time(self) -> Optional[float]:
        """See ``Inspector``."""
        try:
            moment = parsedate_to_datetime(str(self.client.http.get(API).headers.get("Date")))
        except (TypeError, ValueError):
            return None
        return moment.replace(tzinfo=moment.tzinfo or dt.timezone.utc).timestamp()

    def lines(self, needs: Needs) -> Iterator[Line]:
        """See ``Inspector``."""
        yield self._version()
        yield from self._account(needs)
        yield from self._settings(needs)
        yield from self._mails(needs)
        yield from SetUp(self.client).lines(needs, _PROJECTS)
        yield from obstacles(self.client, needs)

    def prerequisites(self, needs: Needs) -> Sequence[Prerequisite]:
        """See ``Inspector``."""
        return SetUp(self.client).prerequisites(needs)

    def script(self, prerequisites: Sequence[Prerequisite]) -> str:
        """Ruby for ``rails runner``."""
        return administrator_script(prerequisites)

    # ------------------------------------------------------------------ lines

    def _version(self) -> Line:
        major, minor = self.client.version
        known = f"{_OLDEST[0]} to {_NEWEST[0]}.{_NEWEST[1]}"
        if (major, minor) < _OLDEST:
            return Line("version", BAD, f"OpenProject {major}.{minor} is older than any that is known", "Upgrade it")
        if (major, minor) > _NEWEST:
            advice = f"Migrate into a copy first: known are {known}"
            return Line("version", WARN, f"OpenProject {major}.{minor} is newer than those that are known", advice)
        return Line("version", OK, f"OpenProject {major}.{minor} is among those that are known ({known})")

    def _account(self, needs: Needs) -> Iterator[Line]:
        me = self.client.get("users/me")
        if me.get("admin"):
            yield Line("account", OK, f"{me.get('login') or me.get('name')} is an administrator")
        else:
            status = BAD if "users" in needs.fields or "groups" in needs.fields else WARN
            message = f"{me.get('login') or me.get('name')} is no administrator"
            yield Line("account", status, f"{message}: users, groups and locked accounts cannot be written", _ADMIN)
        for entity, what in (("projects", "projects"), ("users", "users")):
            if entity in needs.fields:
                yield self._may_create(entity, what)

    def _may_create(self, path: str, what: str) -> Line:
        try:
            answer = self.client.ask_form(path, {})
        except Refused as refusal:
            return Line("permission", BAD, f"{what} may not be created: {refusal.message}", _ADMIN)
        if answer is None:
            return Line("permission", WARN, f"whether {what} may be created cannot be asked on this version")
        return Line("permission", OK, f"{what} may be created")

    def _settings(self, needs: Needs) -> Iterator[Line]:
        configuration = self.client.get("configuration")
        limit = int(configuration.get("maximumAttachmentFileSize") or 0)
        if "attachments" in needs.fields:
            yield Line(
                "setting",
                OK,
                f"files may have up to {limit / 1024 / 1024:,.1f} MiB" if limit else "files may have any size",
                "Larger ones fail, or are skipped with `oversized: skip`; Administration > Attachments raises it"
                if limit
                else "",
            )
            if (configuration.get("_links") or {}).get("prepareAttachment"):
                yield Line(
                    "setting", OK, "files are kept in an object storage: OpenProject takes them and passes them on"
                )
        size = int(configuration.get("maximumApiV3PageSize") or 0)
        if 0 < size < 200:
            advice = "Raise it while you migrate: Administration > API and webhooks > Maximum page size"
            yield Line("setting", WARN, f"the API gives {size} items a page, so that looking back is slow", advice)
        yield self._history()
        if "placeholder_users" in needs.fields:
            yield self._placeholders(configuration)
        yield from Keys(self.client, configuration).lines(needs)

    def _history(self) -> Line:
        try:
            form = self.client.ask_form("work_packages", {}) or {}
        except Refused as refusal:
            return Line("permission", BAD, f"work packages may not be created: {refusal.message}", _ADMIN)
        schema = (form.get("_embedded") or {}).get("schema") or {}
        if (schema.get("createdAt") or {}).get("writable"):
            return Line("setting", OK, "author and time of creation of work packages can be written")
        return Line(
            "setting",
            WARN,
            "author and time of creation cannot be written: they are told in the text of each work package",
            "Allow it while you migrate (14.0 and later): Administration > API and webhooks > Write access to "
            "read-only attributes",
        )

    def _placeholders(self, configuration: Mapping[str, Any]) -> Line:
        offer = placeholder_offer(self.client, configuration)
        if not offer.refusal:
            return Line("setting", OK, "who is to have no account becomes a placeholder user")
        return Line("setting", WARN, f"{offer.refusal}: who is to have no account is noted in words", offer.advice)

    def _mails(self, needs: Needs) -> Iterator[Line]:
        quiet = [name for name in ("work_packages", "comments", "relations", "memberships") if name in needs.fields]
        if quiet:
            yield Line("mail", OK, f"written without notifying anybody: {', '.join(quiet)}, and files with their items")
        loud = [name for name in ("watchers", "time_entries") if name in needs.fields]
        if loud:
            yield Line(
                "mail",
                WARN,
                f"the API cannot be told to notify nobody of: {', '.join(loud)}",
                _MAIL_OFF,
            )
        added = [told for name, told in _ADDED_LATER.items() if name in needs.fields]
        if added:
            yield Line(
                "mail", WARN, f"nor of what is added later to something that is there: {', '.join(added)}", _MAIL_OFF
            )
        if "invited" in needs.values.get(("users", "status"), ()):
            advice = "Map `status` of users to `active` to invite nobody; their passwords are known to no one"
            yield Line("mail", WARN, "users are created as invited: OpenProject mails each an invitation", advice)
        yield self._webhooks()

    def _webhooks(self) -> Line:
        advice = "Switch webhooks off while you migrate: Administration > API and webhooks > Webhooks"
        return Line(
            "mail", WARN, "webhooks fire for everything that is written, and the API does not list them", advice
        )
