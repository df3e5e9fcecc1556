"""Whether an OpenProject is ready: its version and settings, our account, and what its administrator has set up."""

from .inspector import OpenProjectInspector

__all__ = ["OpenProjectInspector"]
