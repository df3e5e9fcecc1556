"""Work that OpenProject goes on with after its answer: the answer leads to a job, and the job tells how it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Mapping
from urllib.parse import urlsplit

from j2o_core.api import Fatal, InDoubt, ItemFailed, Outcome

from .hal import API

if TYPE_CHECKING:
    from .connector import OpenProject

#: seconds between two looks at a job
GLANCE = 0.5
#: seconds after which the end of a job is left to a look-up
LONGEST = 110.0
_JOBS = f"{API}/job_statuses/"
_ENDED_BADLY = ("failure", "error", "cancelled")


def leads_to_a_job(response: Any) -> bool:
    """Whether an answer sends us on to the job that it has begun, and not to a login or another host's page."""
    return response.status == 302 and _JOBS in urlsplit(response.headers.get("Location", "")).path


def job_of(response: Any) -> str:
    """The path of the job that an answer has begun."""
    return "job_statuses/" + urlsplit(response.headers["Location"]).path.rpartition(_JOBS)[2]


def finished(client: OpenProject, job: str, what: str) -> Mapping[str, Any]:
    """The job once it has succeeded.

    Raises:
        ItemFailed: it failed; with the server's words.
        InDoubt: its end was not seen. The server goes on without us.
    """
    until = time.monotonic() + LONGEST
    while True:
        try:
            status = client.get(job)
            state = str(status.get("status"))
            if state == "success":
                return status
            if state in _ENDED_BADLY:
                raise ItemFailed(
                    f"{what} has failed: {status.get('message') or state}", code="job", detail=dict(status)
                )
            if time.monotonic() >= until:
                raise InDoubt(f"{what} has not ended after {LONGEST:.0f} s: {state}", code="job")
            client.http.gate.sleep(GLANCE)
        except (Fatal, InDoubt):
            raise
        except ItemFailed as failure:
            if failure.code == "job":
                raise
            raise InDoubt(f"{what}: {failure.message}", code="job", detail=failure.detail) from None
        except Outcome as lost:
            # The request was taken: whatever keeps us from looking, the job goes on.
            raise InDoubt(f"{what}: {lost.message}", code="job", detail=lost.detail) from None
