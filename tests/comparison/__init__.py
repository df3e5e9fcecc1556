"""An independent comparison of a Jira with the OpenProject it was migrated to.

It knows nothing of j2o: it reads both servers over HTTP, takes j2o's published report as the list of what was left
out, and has its own idea of when two things are equal. ``python -m tests.comparison --help`` runs it alone.
"""
