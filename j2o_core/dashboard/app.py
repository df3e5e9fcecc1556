"""The web application: the API, its own description, and the page, all from this package."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from typing import Any, Optional

import fastapi_offline
from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..model.outcome import Fatal
from ..observe.metrics.exposition import CONTENT_TYPE
from ..pipeline.health import Health, readyz
from .guarding import Guarded
from .ledgers import Ledgers, Unknown
from .live import live
from .routes import api
from .starting import Starter

STATIC = Path(__file__).with_name("static")
#: the pages of the API's description, as others package them
_DESCRIBING = Path(fastapi_offline.__file__).with_name("static")


def create_app(ledgers: Ledgers, ledger_url: Optional[str] = None, health: Optional[Health] = None) -> FastAPI:
    """The application over these ledgers; ``ledger_url``: the only one, where it was named.

    ``health`` is that of the run which this process carries out, if it does.
    """
    version = metadata.version("j2o")
    lives = health or Health(version)
    app = FastAPI(
        title="j2o",
        version=version,
        summary="How migrations stand, and what they may be told.",
        docs_url=None,
        redoc_url=None,
    )
    app.state.ledgers, app.state.ledger_url, app.state.starter = ledgers, ledger_url, Starter()
    app.include_router(api)
    app.include_router(live)
    app.add_exception_handler(RequestValidationError, _misshapen)
    app.add_exception_handler(Unknown, _unknown)
    app.add_exception_handler(SQLAlchemyError, _unusable)
    app.add_exception_handler(Fatal, _unusable)
    app.add_middleware(Guarded)

    @app.get("/", include_in_schema=False)
    def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @app.get("/docs", include_in_schema=False)
    def described() -> FileResponse:
        return FileResponse(STATIC / "docs.html")

    @app.get("/metrics", summary="The figures of a run, for Prometheus")
    def metrics() -> Response:
        """Of the run of this process; without one of the run that goes on, else of the newest, as it told them last."""
        text = ledgers.scraped()
        if text is None:
            raise HTTPException(404, "no run has told any figures yet")
        return Response(text, media_type=CONTENT_TYPE)

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz", summary="Whether this process lives")
    def healthz() -> Response:
        status, document = lives.healthz()
        return JSONResponse(document, status)

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz", summary="Whether a run can do its work: ledger, disk, systems, circuit breakers")
    def ready() -> Response:
        """503 where it cannot, with the reasons. Of a run in another process: as that told of its systems last."""
        status, document = readyz(ledgers.lines()) if health is None else health.readyz()
        return JSONResponse(document, status)

    app.mount("/static", StaticFiles(directory=STATIC))
    app.mount("/describing", StaticFiles(directory=_DESCRIBING))
    return app


def _misshapen(request: Request, error: Exception) -> Any:
    """What is wrong where, as the API's description has it; what was sent is not said again: it may be no JSON."""
    assert isinstance(error, RequestValidationError)
    told = [{name: one[name] for name in ("loc", "msg", "type")} for one in error.errors()]
    return JSONResponse({"detail": told}, 422)


def _unknown(request: Request, error: Exception) -> Any:
    return JSONResponse({"detail": str(error)}, 404)


def _unusable(request: Request, error: Exception) -> Any:
    if isinstance(error, Fatal):
        return JSONResponse({"detail": error.message}, 503)
    reason = error.orig if isinstance(error, DBAPIError) else error  # without the question, which is long
    return JSONResponse({"detail": f"the ledger cannot be read at present: {reason}"}, 503)
