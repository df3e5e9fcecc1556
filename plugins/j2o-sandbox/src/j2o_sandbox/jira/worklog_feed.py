"""``/worklog/updated``: ids of all worklogs by time of change, 1,000 a page."""

from __future__ import annotations

import bisect
import time
from typing import List, Tuple

from j2o_sandbox.jira.call import Call
from j2o_sandbox.jira.routing import Route
from j2o_sandbox.jira.wire import Answer

PAGE = 1000


def updated(call: Call) -> Answer:
    """Worklogs changed since ``since`` (milliseconds); those of the last minute are not told yet."""
    call.logged_in()
    since = call.request.integer("since", 0)
    changes = _changes(call)
    first = bisect.bisect_left(changes, (since, 0))
    last = bisect.bisect_right(changes, (int((time.time() - 60) * 1000), 0))
    chosen = changes[first : min(last, first + PAGE)]
    address = f"{call.shapes.rest}/worklog/updated?since="
    until = chosen[-1][0] if chosen else since
    shape = {
        "values": [{"worklogId": id, "updatedTime": moment, "properties": []} for moment, id in chosen],
        "since": since,
        "until": until,
        "self": f"{address}{since}",
        "lastPage": first + PAGE >= last,
    }
    if not shape["lastPage"]:
        shape["nextPage"] = f"{address}{until}"
    return Answer(shape)


def deleted(call: Call) -> Answer:
    """No worklog was ever deleted."""
    call.logged_in()
    since = call.request.integer("since", 0)
    address = f"{call.shapes.rest}/worklog/deleted?since={since}"
    return Answer({"values": [], "since": since, "until": since, "self": address, "lastPage": True})


def _changes(call: Call) -> List[Tuple[int, int]]:
    everything = call.viewer.administrator
    return sorted(
        (entry.changed, entry.id)
        for position in call.index.in_key_order
        for entry in call.installation.tracker.logged(position)
        if everything or not entry.restricted
    )


ROUTES = (
    Route("GET", "API/worklog/updated", updated),
    Route("GET", "API/worklog/deleted", deleted),
)
