"""Saved queries, and the views that put them into the menus."""
