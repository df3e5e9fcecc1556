"""Writes OpenProject through its public REST API."""
