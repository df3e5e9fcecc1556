"""Saved filters: their language, read into a tree, and what of it other systems can say too."""
