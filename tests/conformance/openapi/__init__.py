"""Real traffic against the vendors' OpenAPI documents, and where those are wrong."""
