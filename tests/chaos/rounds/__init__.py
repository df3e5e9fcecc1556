"""Rounds of chaos: ``python -m tests.chaos.rounds`` (``make chaos``)."""
