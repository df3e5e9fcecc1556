"""What to do next about a class of failures."""

from __future__ import annotations

from ..model import error_class as classes

RETRY = "then `j2o run SPEC --retry-failed`"

NEXT_STEPS = {
    classes.NETWORK: f"Look at what stands between j2o and the server (name, port, proxy, certificates), {RETRY}.",
    classes.TIMEOUT: "See what keeps the server busy, or use fewer `runtime.workers`, " + RETRY + ".",
    classes.RATE_LIMIT: f"Lower `runtime.rate_limit` or raise the server's own limit, {RETRY}.",
    classes.AUTHENTICATION: "Correct `auth` of the connection (missing, wrong or expired), then `j2o resume RUN`.",
    classes.PERMISSION: f"Give the account of the connection the permission that the message names, {RETRY}.",
    classes.VALIDATION: f"Change the mapping at the line of the spec, the source, or what the target allows, {RETRY}.",
    classes.CONFLICT: f"Decide which side is right and undo the change on the other, {RETRY}.",
    classes.MISSING_REFERENCE: f"Migrate what is referred to, or give the field another `missing:`, {RETRY}.",
    classes.PLUGIN: f"Report it to the plugin's maintainers with what the log says of the item, {RETRY}.",
    classes.INTERNAL: f"Look for the request in the server's own log, or for the item in j2o's (`logs/`), {RETRY}.",
}
