"""What hangs on work packages: comments, attachments, relations, watchers, time entries."""
