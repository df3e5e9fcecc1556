"""The ``j2o`` command line: one module for each family of commands."""

from .program import main

__all__ = ["main"]
