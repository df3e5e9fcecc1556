"""Spec → compiled mappings: pure functions from a record to a payload."""
