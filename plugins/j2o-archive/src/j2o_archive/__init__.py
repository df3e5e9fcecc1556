"""Archive: a target that is no system. Every item becomes a line of ``<entity>.ndjson``, every attachment a file."""
