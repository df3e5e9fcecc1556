"""The few writes that are served: comments and files on issues, with the checks that stand before writes."""

from __future__ import annotations

import email.parser
import email.policy
import re
from typing import Any, Dict, List, Optional

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.limits import too_many
from j2o_sandbox.jira.model import Issue, Json
from j2o_sandbox.jira.routing import Route
from j2o_sandbox.jira.wire import Answer, JiraError

_BROWSER = re.compile(r"mozilla|opera|webkit", re.IGNORECASE)
_MOST_FILES = 60


def add_comment(call: Call, key: str) -> Answer:
    """``POST /issue/{issue}/comment``: by the caller, now."""
    call.logged_in()
    refused = _forged(call, browsers_only=True)
    if refused is not None:
        return refused
    issue = call.find_issue(key)
    body = call.request.json().get("body")
    if call.version == "3" and not (isinstance(body, dict) and body.get("type") == "doc"):
        raise JiraError(400, (), {"comment": "Comment body is not valid!"})
    if call.version != "3" and (not isinstance(body, str) or not body.strip()):
        raise JiraError(400, (), {"comment": "Comment body can not be empty!"})
    limited = _limited(call, issue)
    if limited is not None:
        return limited
    call.installation.edit({"comment": {issue.row.key: body}}, call.viewer.name)
    changed = call.find_issue(key)
    return Answer(call.issues.comment(changed, changed.comments[-1]), 201)


def add_attachments(call: Call, key: str) -> Answer:
    """``POST /issue/{issue}/attachments``: a form whose parts ``file`` become attachments; without the header a 403."""
    call.logged_in()
    refused = _forged(call, browsers_only=False)
    if refused is not None:
        return refused
    issue = call.find_issue(key)
    files = _files(call)
    if len(files) > _MOST_FILES:
        raise JiraError(413, f"At most {_MOST_FILES} files can be uploaded at once.")
    limited = _limited(call, issue)
    if limited is not None:
        return limited
    call.installation.edit({"attach": {issue.row.key: files}}, call.viewer.name)
    added = (call.find_issue(key).fields.get("attachment") or [])[-len(files) :]
    return Answer([call.issues.attachment(entry) for entry in added])


def _forged(call: Call, browsers_only: bool) -> Optional[Answer]:
    """What a form on a foreign page could send is refused unless the header says that it is none."""
    headers = call.request.headers
    if headers.get("x-atlassian-token", "").lower() in ("no-check", "nocheck"):
        return None
    if browsers_only and not _BROWSER.search(headers.get("user-agent", "")):
        return None
    return Answer(b"XSRF check failed", 403, (), "text/html;charset=UTF-8")


def _limited(call: Call, issue: Issue) -> Optional[Answer]:
    admitted, headers = call.installation.limiter.admit_write(call.installation.behaviour, issue.row.id)
    return None if admitted else Answer(too_many(True).content, 429, headers)


def _files(call: Call) -> List[Json]:
    kind = call.request.headers.get("content-type", "")
    if not kind.startswith("multipart/form-data"):
        raise JiraError(415, "Unsupported Media Type")
    head = b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n"
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + call.request.body)
    found: List[Json] = []
    for part in message.iter_parts() if message.is_multipart() else ():
        given: Dict[str, Any] = dict(part["content-disposition"].params) if part["content-disposition"] else {}
        if given.get("name") == "file" and given.get("filename"):
            content = part.get_payload(decode=True) or b""
            found.append({"filename": given["filename"], "mimeType": part.get_content_type(), "content": content})
    if not found:
        raise JiraError(400, "The form has no part 'file' with a file name.")
    return found


ROUTES = (
    Route("POST", "API/issue/{issue}/comment", add_comment),
    Route("POST", "API/issue/{issue}/attachments", add_attachments),
)
