"""Attachments: metadata, and content; of what was not uploaded here it is made up from id and size, always the same."""

from __future__ import annotations

import hashlib
import random
import re
from typing import Iterator, Optional, Tuple
from urllib.parse import quote, urlsplit, urlunsplit

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.index import is_id
from j2o_sandbox.jira.model import Issue, Json
from j2o_sandbox.jira.routing import ON_PREMISE, ONLY_CLOUD, Route
from j2o_sandbox.jira.wire import Answer, JiraError

CHUNK = 65_536
_RANGE = re.compile(r"bytes=([0-9]{1,18})-([0-9]{0,18})")


def meta(call: Call) -> Answer:
    """Whether attachments are on, and their limit."""
    return Answer({"enabled": True, "uploadLimit": 1_048_576_000})


def attachment(call: Call, id: str) -> Answer:
    """Metadata of one attachment; on Cloud its id is a number here."""
    _, entry = _find(call, id)
    shape = call.issues.attachment(entry)
    return Answer({**shape, "id": int(id)} if call.cloud else shape)


def secure(call: Call, id: str, name: str) -> Answer:
    """``/secure/attachment/{id}/{name}``: content; the login page for whoever may not, sometimes for tokens too."""
    refused = call.viewer.bearer and call.installation.behaviour.attachments_refuse_tokens
    if call.viewer.user is None or refused:
        target = quote(call.request.path, safe="")
        location = f"{call.request.base}/login.jsp?permissionViolation=true&os_destination={target}"
        return Answer(None, 302, (("Location", location),), "text/html")
    _, entry = _find(call, id)
    return _content(call, entry)


def content(call: Call, id: str) -> Answer:
    """``/attachment/content/{id}`` on Cloud: a redirect to another host, unless ``redirect=false``."""
    _, entry = _find(call, id)
    if not call.request.flag("redirect", True):
        return _content(call, entry)
    parts = urlsplit(call.request.base)
    host = _OTHER_HOST.get(parts.hostname or "", parts.hostname or "")
    place = host if parts.port is None else f"{host}:{parts.port}"
    path = f"/_media/file/{entry['id']}/binary"
    query = f"token={sign(str(entry['id']))}&dl=true&name={quote(str(entry.get('filename', '')), safe='')}"
    return Answer(None, 303, (("Location", urlunsplit((parts.scheme, place, path, query, ""))),), "text/plain")


def media(call: Call, id: str) -> Answer:
    """The signed address: no account needed, and credentials of the Jira site are not welcome."""
    if call.request.text("token") != sign(id):
        raise JiraError(403, "The token is not valid for this file.")
    host = urlsplit(call.request.base).hostname or ""
    if "authorization" in call.request.headers and host in _OTHER_HOST:
        raise JiraError(400, "Only one auth mechanism allowed; only the signed address should be specified.")
    position = call.tracker.attachment_position(int(id)) if is_id(id) else None
    if position is None:
        raise JiraError(404, "The file was not found.")
    return _content(call, _entry(call.installation.issue(position), id))


def login_page(call: Call) -> Answer:
    """Where browsers end up."""
    from j2o_sandbox.jira.accounts import LOGIN_PAGE

    return Answer(LOGIN_PAGE.encode(), 200, (), "text/html;charset=UTF-8")


def made_up(id: str, size: int, start: int = 0) -> Iterator[bytes]:
    """The content of an attachment from ``start`` on, in chunks."""
    number, skip = divmod(start, CHUNK)
    while number * CHUNK + skip < size:
        length = min(CHUNK, size - number * CHUNK)
        yield random.Random(f"attachment/{id}/{number}").getrandbits(8 * CHUNK).to_bytes(CHUNK, "little")[skip:length]
        number, skip = number + 1, 0


def sign(id: str) -> str:
    """The token of a signed address."""
    return hashlib.sha256(f"media/{id}".encode()).hexdigest()


def _content(call: Call, entry: Json) -> Answer:
    size = int(entry.get("size") or 0)
    name = quote(str(entry.get("filename", "")), safe="")
    kind = str(entry.get("mimeType") or "application/octet-stream")
    headers: Tuple[Tuple[str, str], ...] = (
        ("Content-Disposition", f"attachment; filename*=UTF-8''{name}"),
        ("Accept-Ranges", "bytes"),
    )
    data = call.installation.tracker.uploads.get(str(entry["id"]))
    span = _span(call.request.headers.get("range"), size)
    if span is None:
        whole = made_up(str(entry["id"]), size) if data is None else iter((data,))
        return Answer(whole, 200, (*headers, ("Content-Length", str(size))), kind)
    start, end = span
    headers += (("Content-Range", f"bytes {start}-{end}/{size}"), ("Content-Length", str(end - start + 1)))
    rest = made_up(str(entry["id"]), size, start) if data is None else iter((data[start:],))
    return Answer(_until(rest, end - start + 1), 206, headers, kind)


def _span(header: Optional[str], size: int) -> Optional[Tuple[int, int]]:
    found = _RANGE.fullmatch(header or "")
    if found is None:
        return None
    start = int(found[1])
    end = min(int(found[2]), size - 1) if found[2] else size - 1
    if start > end:
        raise JiraError(416, "The range cannot be satisfied.", headers=(("Content-Range", f"bytes */{size}"),))
    return start, end


def _until(chunks: Iterator[bytes], length: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:length]
        length -= len(chunk)
        if length <= 0:
            return


def _find(call: Call, id: str) -> Tuple[Issue, Json]:
    position = call.tracker.attachment_position(int(id)) if is_id(id) else None
    if position is not None and call.index.by_id.get(call.row(position).id) == position:
        issue = call.installation.issue(position)
        return issue, _entry(issue, id)
    raise JiraError(404, f"The attachment with id '{id}' does not exist")


def _entry(issue: Issue, id: str) -> Json:
    for entry in issue.fields.get("attachment") or ():
        if str(entry.get("id")) == id:
            found: Json = entry
            return found
    raise JiraError(404, f"The attachment with id '{id}' does not exist")


_OTHER_HOST = {"127.0.0.1": "localhost", "localhost": "127.0.0.1"}

ROUTES = (
    Route("GET", "API/attachment/meta", meta),
    Route("GET", "API/attachment/{attachment}", attachment),
    Route("GET", "API/attachment/content/{attachment}", content, ONLY_CLOUD),
    Route("GET", "API/attachment/thumbnail/{attachment}", content, ONLY_CLOUD),
    Route("GET", "/_media/file/{attachment}/binary", media, ONLY_CLOUD),
    Route("GET", "/secure/attachment/{attachment}/{name}", secure, ON_PREMISE),
    Route("GET", "/login.jsp", login_page, ON_PREMISE),
)
