"""Attachments: uploaded alone and claimed later, or uploaded to a work package."""

from __future__ import annotations

import hashlib
import mimetypes
from typing import Any, Dict, List, Optional, Sequence
from urllib.parse import quote

from j2o_sandbox.openproject import rows
from j2o_sandbox.openproject.collections import whole
from j2o_sandbox.openproject.errors import ApiError, Problems, forbidden, not_found
from j2o_sandbox.openproject.links import link
from j2o_sandbox.openproject.messages import text
from j2o_sandbox.openproject.people.principals import principal_link
from j2o_sandbox.openproject.records.file_names import LONGEST, stored_name
from j2o_sandbox.openproject.records.journals import write_journal
from j2o_sandbox.openproject.records.multipart import read_upload
from j2o_sandbox.openproject.requests import Answer, Request, encode, no_content
from j2o_sandbox.openproject.routing import Routes
from j2o_sandbox.openproject.server import Server
from j2o_sandbox.openproject.values import as_text, plain, raw_text
from j2o_sandbox.openproject.work_packages.access import find_work_package, is_read_only, sees

routes = Routes()


@routes("POST", "/attachments")
def upload(server: Server, request: Request) -> Answer:
    """Upload a file that belongs to nothing yet; unclaimed, it is cleaned up after a while."""
    if not may_upload(server, request, None):
        raise forbidden(request.language)
    row = _store(server, request, None)
    server.uploaded(row)
    return Answer(201, attachment_bytes(server, row))


@routes("GET", "/work_packages/{id}/attachments")
def of_work_package(server: Server, request: Request, text_id: str) -> Answer:
    """Files of a work package."""
    row = find_work_package(server, request, text_id)
    found = server.store.attachments.find("container", ("work_packages", row.id))
    return whole(request.path, [attachment_bytes(server, one) for one in found])


@routes("POST", "/work_packages/{id}/attachments")
def upload_to_work_package(server: Server, request: Request, text_id: str) -> Answer:
    """Add a file. No ``notify`` here; the lock version stays, ``updatedAt`` moves."""
    row = find_work_package(server, request, text_id)
    if not may_upload(server, request, row):
        raise forbidden(request.language)
    attachment = _store(server, request, row)
    journal = write_journal(server, row, request.user, details=[f"File {attachment.file_name} added"])
    server.store.put(row.copy(updated=journal.updated))
    server.mails.send("attachment added", (row.assignee, row.responsible, *row.watchers), request.user.id)
    return Answer(201, attachment_bytes(server, attachment))


@routes("GET", "/attachments/{id}")
def show(server: Server, request: Request, row_id: str) -> Answer:
    """One attachment; an unclaimed one for its author only."""
    return Answer(200, attachment_bytes(server, _found(server, request, row_id)))


@routes("GET", "/attachments/{id}/content")
def content(server: Server, request: Request, row_id: str) -> Answer:
    """The bytes."""
    row = _found(server, request, row_id)
    if row.prepared:
        raise not_found(request.language)
    disposition = f"attachment; filename*=UTF-8''{quote(row.file_name)}"
    headers = [(b"content-disposition", disposition.encode())]
    return Answer(200, server.files.read(row.id), row.content_type, headers)


@routes("DELETE", "/attachments/{id}")
def delete(server: Server, request: Request, row_id: str) -> Answer:
    """Delete an attachment."""
    row = _found(server, request, row_id)
    if row.container is not None:
        container = server.store.work_packages[row.container_id]
        project = server.store.projects[container.project]
        if is_read_only(server, container):
            raise forbidden(request.language)
        if not server.permissions.allowed(request.user, "edit_work_packages", project):
            raise forbidden(request.language)
        journal = write_journal(server, container, request.user, details=[f"File {row.file_name} deleted"])
        server.store.put(container.copy(updated=journal.updated))
    server.store.drop(row)
    server.files.remove(row.id)
    return no_content()


def wanted_attachments(
    server: Server, request: Request, ids: Sequence[int], container: Optional[Any], problems: Problems
) -> List[Any]:
    """The attachments that a payload claims. Ids that are gone are left out, without a word."""
    found = []
    for attachment_id in dict.fromkeys(ids):
        row = server.store.attachments.get(attachment_id)
        if row is None or row.prepared:
            continue
        if row.container is not None:
            if container is None or row.container_id != container.id:
                problems.add("attachments", "unchangeable")
        elif row.author != request.user.id:
            problems.add("attachments", "does_not_exist")
        found.append(row)
    return found


def replace_attachments(server: Server, work_package: Any, files: Sequence[Any]) -> bool:
    """Make these the files of a work package; those not among them are deleted. Whether anything changed."""
    before = server.store.attachments.find("container", ("work_packages", work_package.id))
    wanted = {row.id for row in files}
    changed = False
    for row in before:
        if row.id not in wanted:
            server.store.drop(row)
            server.files.remove(row.id)
            changed = True
    for row in files:
        if row.container is None:
            server.store.put(row.copy(container="work_packages", container_id=work_package.id))
            changed = True
    return changed


def attachment_bytes(server: Server, row: Any) -> bytes:
    """An attachment as the API shows it."""
    return encode(represent(server, row))


def represent(server: Server, row: Any) -> Dict[str, Any]:
    """An attachment as data."""
    href = f"/api/v3/attachments/{row.id}"
    container = None if row.container is None else server.store.work_packages.get(row.container_id)
    return {
        "_type": "Attachment",
        "id": row.id,
        "fileName": row.file_name,
        "fileSize": row.file_size,
        "description": plain(row.description),
        "status": "prepared" if row.prepared else "uploaded",
        "contentType": row.content_type,
        "digest": {"algorithm": "md5", "hash": row.digest or ""},
        "createdAt": row.created,
        "_links": {
            "self": link(href, row.file_name),
            "author": principal_link(server, row.author),
            "container": link(None)
            if container is None
            else link(f"/api/v3/work_packages/{container.id}", container.subject),
            "staticDownloadLocation": link(f"{href}/content"),
            "downloadLocation": link(f"{href}/content"),
            "delete": link(href, method="delete"),
        },
    }


def may_upload(server: Server, request: Request, container: Optional[Any]) -> bool:
    """Whether the caller may add a file: to a work package, or (None) anywhere."""
    if container is None:
        return any(server.permissions.anywhere(request.user, permission) for permission in ("add_work_packages", *_ADD))
    if is_read_only(server, container):
        return False
    project = server.store.projects[container.project]
    return any(server.permissions.allowed(request.user, permission, project) for permission in _ADD)


_ADD = ("edit_work_packages", "add_work_package_attachments")


def checked_row(server: Server, request: Request, metadata: Dict[str, Any], size: int, container: Optional[Any]) -> Any:
    """A row for an upload whose bytes are to come.

    Raises:
        ApiError: 422 for metadata that are refused, 500 for a name that no disk takes.
    """
    problems = Problems(request.language)
    name = as_text(request.language, "fileName", metadata.get("fileName")) or ""
    if not name.strip():
        problems.add("fileName", "blank")
    try:
        description = raw_text(metadata.get("description")) or ""
    except ValueError:
        description = ""
        problems.add("description", "invalid")
    if len(description) > 255:
        problems.add("description", "too_long", count=255)
    if size > server.attachment_limit:
        problems.add("file", "file_too_large", count=server.attachment_limit)
    suffix = name.rpartition(".")[2].lower()
    if server.settings.attachment_extensions and suffix not in server.settings.attachment_extensions:
        problems.add_text(
            "contentType",
            f"The file was rejected by an automatic filter. '{suffix}' is not allowed for upload.",
        )
    problems.raise_any()
    name = stored_name(name)
    if len(name.encode()) > LONGEST:
        # The disk refuses, and the server falls over.
        raise ApiError(500, "InternalServerError", text(request.language, "code_500"))
    return rows.Attachment(
        id=None,
        file_name=name,
        file_size=size,
        content_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
        description=description,
        author=request.user.id,
        container=None if container is None else "work_packages",
        container_id=None if container is None else container.id,
        created=server.clock.stamp(),
        prepared=True,
    )


def _store(server: Server, request: Request, container: Optional[Any]) -> Any:
    upload_ = read_upload(request)
    data = upload_.file.data
    row = checked_row(server, request, upload_.metadata, len(data), container)
    row = server.store.put(row.copy(digest=hashlib.md5(data).hexdigest(), prepared=False))
    server.files.write(row.id, data)
    return row


def _found(server: Server, request: Request, row_id: str) -> Any:
    row = server.get("attachments", row_id, request.language)
    if row.container is None:
        visible = row.author == request.user.id
    else:
        container = server.store.work_packages.get(row.container_id)
        visible = container is not None and sees(server, request.user, container)
    if not visible:
        raise not_found(request.language)
    return row
