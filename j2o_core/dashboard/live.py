"""The live feed: over a WebSocket, how a run stands, whenever that has changed."""

from __future__ import annotations

import asyncio
from typing import Any, Dict

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.concurrency import run_in_threadpool

from .ledgers import Ledgers, Unknown

#: seconds between two looks at a run
EVERY = 1.0
#: after so many looks at which nothing has changed the reader is told so: a dead connection shows
_QUIET = 10
#: how the feed is closed where there is no such run
NO_RUN = 4404

live = APIRouter(prefix="/api/v1")


@live.websocket("/runs/{run}/live")
async def feed(socket: WebSocket, run: str) -> None:
    """Send overviews; each holds all there is to know, so that who comes back after a while has missed nothing."""
    ledgers: Ledgers = socket.app.state.ledgers
    await socket.accept()
    closed = asyncio.ensure_future(_until_closed(socket))
    told: Dict[str, Any] = {}
    quiet = 0
    try:
        while not closed.done():
            now: Dict[str, Any] = await run_in_threadpool(ledgers.overview, run)
            changed = {name: value for name, value in now.items() if name != "as_of"}
            if changed != told or quiet >= _QUIET:
                await socket.send_json(now)
                told, quiet = changed, 0
            quiet += 1
            await asyncio.wait([closed], timeout=EVERY)
    except Unknown as error:
        await socket.close(NO_RUN, str(error)[:100])
    except (WebSocketDisconnect, RuntimeError):  # gone between two looks
        return
    finally:
        closed.cancel()


async def _until_closed(socket: WebSocket) -> None:
    """Ends when the other side has gone; what it says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass
