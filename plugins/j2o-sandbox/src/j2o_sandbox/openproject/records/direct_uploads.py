"""Uploads past the server: it prepares one, the client brings the bytes to a storage, the server is told.

Only where the administrator has set up such a storage (``direct_uploads``). The storage is a path of the sandbox; it
knows no users, but the fields of the form that the server signed.
"""

from __future__ import annotations

import hashlib
from typing import Any, Optional

from j2o_sandbox.openproject.bodies import parse_json
from j2o_sandbox.openproject.errors import ApiError, bad_request, forbidden, not_found
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.records.attachments import checked_row, may_upload, represent
from j2o_sandbox.openproject.records.journals import write_journal
from j2o_sandbox.openproject.records.multipart import read_form
from j2o_sandbox.openproject.requests import Answer, Request, encode, hal
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.work_packages.access import find_work_package

routes = Routes()

STORAGE = "/_storage/"


@routes("POST", "/attachments/prepare")
def prepare(server: Server, request: Request) -> Answer:
    """Announce a file that will belong to nothing yet."""
    return _prepare(server, request, None)


@routes("POST", "/work_packages/{id}/attachments/prepare")
def prepare_for_work_package(server: Server, request: Request, text_id: str) -> Answer:
    """Announce a file of a work package."""
    return _prepare(server, request, find_work_package(server, request, text_id))


@routes("GET", "/attachments/{id}/uploaded")
def uploaded(server: Server, request: Request, row_id: str) -> Answer:
    """Tell that the bytes are there: from now on it is an attachment like any other."""
    row = server.get("attachments", row_id, request.language)
    if not server.settings.direct_uploads or row.author != request.user.id or not row.prepared:
        raise not_found(request.language)
    if row.digest is None:
        raise not_found(request.language)
    container = server.store.work_packages.get(row.container_id)
    if row.container is not None and container is None:
        raise not_found(request.language)
    row = server.store.put(row.copy(prepared=False))
    if container is not None:
        journal = write_journal(server, container, request.user, details=[f"File {row.file_name} added"])
        server.store.put(container.copy(updated=journal.updated))
    return hal(represent(server, row))


def store(server: Server, request: Request) -> Answer:
    """The storage: a form with the signed fields and the file; 204, or 403 in the storage's own words."""
    form = read_form(request) or {}
    row = server.store.attachments.get(int(request.path[len(STORAGE) :] or 0))
    fields = {name: part.data.decode("utf-8", "replace") for name, part in form.items() if name != "file"}
    if row is None or not row.prepared or fields != _signed(row) or "file" not in form:
        return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
    data = form["file"].data
    if len(data) > server.attachment_limit:
        return Answer(400, b"<Error><Code>EntityTooLarge</Code></Error>", "application/xml")
    server.files.write(row.id, data)
    server.store.put(row.copy(file_size=len(data), digest=hashlib.md5(data).hexdigest()))
    return Answer(204)


def _prepare(server: Server, request: Request, container: Optional[Any]) -> Answer:
    if not server.settings.direct_uploads:
        raise ApiError(422, "PropertyConstraintViolation", text(request.language, "not_available"), "base")
    if not may_upload(server, request, container):
        raise forbidden(request.language)
    form = read_form(request)
    try:
        metadata = parse_json(form["metadata"].data) if form and "metadata" in form else None
    except ValueError as error:
        raise ApiError(400, "InvalidRequestBody", text(request.language, "invalid_json")) from error
    if not isinstance(metadata, dict):
        raise bad_request(request.language, "metadata is missing")
    size = metadata.get("fileSize")
    if isinstance(size, bool) or not isinstance(size, int):
        raise bad_request(request.language, "fileSize is missing")
    row = server.store.put(checked_row(server, request, metadata, size, container))
    server.uploaded(row)
    body = represent(server, row)
    host = request.headers.get("host", "localhost")
    body["_links"]["addAttachment"] = {
        "href": f"http://{host}{STORAGE}{row.id}",
        "method": "post",
        "form_fields": _signed(row),
    }
    body["_links"]["completeUpload"] = link(f"/api/v3/attachments/{row.id}/uploaded")
    return Answer(201, encode(body))


def _signed(row: Any) -> Any:
    key = f"uploads/attachment/file/{row.id}/{row.file_name}"
    return {"key": key, "policy": "sandbox", "signature": hashlib.sha256(key.encode()).hexdigest()}
