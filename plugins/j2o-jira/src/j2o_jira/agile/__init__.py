"""Jira Software: boards with their columns, and sprints."""
