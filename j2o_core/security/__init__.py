"""Secrets and what keeps them secret."""
