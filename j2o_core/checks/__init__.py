"""Checks of everything extracted before the first write: records, relations between them, and how they map."""
