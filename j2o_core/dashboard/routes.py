"""The dashboard's REST API: how runs stand, what is in them, and what they may be told."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from typing import Any, Dict, Iterator, List, Literal, Optional

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import Response, StreamingResponse

from ..ledger import browse
from ..report.progress_page import progress_page
from ..report.writing import FORMATS
from .acting import act
from .answers import Cause, Compared, Explained, Items, OfProject, Order, Overview, Pace, Problems, Run, Taken
from .explaining import explained
from .ledgers import Ledgers
from .starting import Refused

State = Literal["done", "sent", "planned", "skipped", "failed"]
_MEDIA = {"json": "application/json", "csv": "text/csv; charset=utf-8", "html": "text/html; charset=utf-8"}
#: a report brings its own style and script; it is kept apart from this page's origin
_OF_REPORTS = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "sandbox allow-scripts allow-modals allow-downloads"
)
_PIECE = 65_536

api = APIRouter(prefix="/api/v1")


def _ledgers(request: Request) -> Ledgers:
    ledgers = request.app.state.ledgers
    assert isinstance(ledgers, Ledgers)
    return ledgers


@api.get("/runs", response_model=List[Run], summary="Every run, newest first")
def runs(request: Request) -> Any:
    """Those of all ledgers that this dashboard shows."""
    return _ledgers(request).runs()


@api.get("/compare", response_model=Compared, summary="Runs side by side")
def compare(request: Request, run: List[str] = Query(..., max_length=6)) -> Any:
    """The overview of each; at most six."""
    return {"runs": [_ledgers(request).overview(name) for name in run]}


@api.get("/runs/{run}", response_model=Overview, summary="How a run stands")
def overview(request: Request, run: str) -> Any:
    """Counts by entity and in all, as the final report has them. ``run`` is an id, or ``last``."""
    return _ledgers(request).overview(run)


@api.get("/runs/{run}/causes", response_model=List[Cause], summary="Why items were skipped or have failed")
def causes(request: Request, run: str) -> Any:
    """By root cause, failures first, the most frequent first."""
    return _written(_ledgers(request).causes(run))


@api.get("/runs/{run}/problems", response_model=Problems, summary="What a person should know")
def problems(request: Request, run: str, most: int = Query(500, ge=1, le=5000)) -> Any:
    """Warnings and errors, of single items or of the whole."""
    return _written(_ledgers(request).problems(run, most))


@api.get("/runs/{run}/items", response_model=Items, summary="Items of a run, a page at a time")
def items(
    request: Request,
    run: str,
    state: State = "failed",
    entity: Optional[str] = None,
    partition: Optional[int] = Query(None, ge=0, le=255),
    project: str = Query("", max_length=255, description="Its key."),
    text: str = Query(
        "",
        max_length=500,
        description="How the key begins, the whole id at the source, or words or the code of the reason.",
    ),
    after: int = Query(0, ge=0, le=browse.LAST),
    limit: int = Query(100, ge=1, le=browse.MOST),
) -> Any:
    """In the order in which they were planned or listed."""
    found, further = _ledgers(request).items(
        run, state, entity=entity, partition=partition, project=project, text=text, after=after, limit=limit
    )
    return {"items": found, "after": further}


@api.get("/runs/{run}/partitions", response_model=List[Dict[str, Any]], summary="An entity by partition")
def partitions(request: Request, run: str, entity: str) -> Any:
    """How many of its items are in which state."""
    return _written(_ledgers(request).partitions(run, entity))


@api.get("/runs/{run}/projects", response_model=List[OfProject], summary="An entity by project")
def projects(request: Request, run: str, entity: str) -> Any:
    """The counts of each project; together they are those of the entity."""
    return _written(_ledgers(request).projects(run, entity))


@api.get("/runs/{run}/pace", response_model=Pace, summary="How fast a run was, and when")
def pace(request: Request, run: str, entity: Optional[str] = None) -> Any:
    """Items that ended by stretch of time, at most 300 stretches."""
    return _written(_ledgers(request).pace(run, entity))


@api.get("/runs/{run}/item", response_model=Dict[str, Any], summary="The story of one item")
def item(request: Request, run: str, entity: str, origin: str) -> Any:
    """All that the ledger knows of it over all runs, as ``j2o explain`` tells it."""
    return _ledgers(request).item(run, entity, origin)


@api.get("/runs/{run}/explanation", response_model=Explained, summary="What each step made of an item")
def explanation(request: Request, run: str, entity: str, origin: str) -> Any:
    """As ``j2o explain --json`` has it, by the spec as it is now. 409 where this machine has no spec or no snapshot."""
    try:
        return explained(_ledgers(request), run, entity, origin)
    except Refused as refused:
        raise HTTPException(409, str(refused)) from None


@api.get("/runs/{run}/progress.{form}", response_class=Response, summary="How a run stands, to keep")
def progress(request: Request, run: str, form: Literal["json", "csv", "html"], download: bool = True) -> Response:
    """The counts by entity as a file; ``download=false`` shows it in the browser, to read or to print."""
    found = _ledgers(request).overview(run)
    if form == "json":
        text = json.dumps(found, ensure_ascii=False, indent=2)
    elif form == "html":
        text = progress_page(found)
    else:
        out = io.StringIO()
        names = ("source", "created", "updated", "unchanged", "skipped", "failed", "left", "sent")
        table = csv.writer(out)
        table.writerow(("entity", *names))
        table.writerows((name, *(counts[one] for one in names)) for name, counts in found["entities"].items())
        text = out.getvalue()
    headers = _as_file(f"{found['run']['run']}-progress.{form}") if download else {}
    return Response(text, media_type=_MEDIA[form], headers={**headers, "content-security-policy": _OF_REPORTS})


@api.get("/runs/{run}/report.{form}", response_class=StreamingResponse, summary="The report of a run")
def report(request: Request, run: str, form: Literal["json", "csv", "html"], download: bool = True) -> Response:
    """As ``j2o report`` writes it; ``download=false`` shows it in the browser, to read or to print."""
    with _ledgers(request).questions(run) as (asked, identifier, fixes):
        # Not in memory: a report may be as large as what has failed.
        written = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - sent after this
        FORMATS[form](asked, identifier, written, fixes)
    written.seek(0)

    def pieces() -> Iterator[str]:
        with written:
            while piece := written.read(_PIECE):
                yield piece

    headers = _as_file(f"{identifier}.{form}") if download else {}
    return StreamingResponse(
        pieces(), media_type=_MEDIA[form], headers={**headers, "content-security-policy": _OF_REPORTS}
    )


@api.post("/runs/{run}/orders", response_model=Taken, summary="Tell a run what to do")
def orders(request: Request, run: str, order: Order) -> Any:
    """Pause, continue, throttle, stop, resume, or try what failed again. 409 where that makes no sense as it is."""
    try:
        state = request.app.state
        message = act(_ledgers(request), state.starter, run, order.command, order.number, state.ledger_url)
    except Refused as refused:
        raise HTTPException(409, str(refused)) from None
    return {"taken": True, "message": message}


def _written(text: bytes) -> Response:
    return Response(text, media_type=_MEDIA["json"])


def _as_file(name: str) -> Dict[str, str]:
    return {"content-disposition": f'attachment; filename="{name}"'}
