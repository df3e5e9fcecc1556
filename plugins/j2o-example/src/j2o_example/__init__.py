"""Moves the risk assessments of a fictional Jira app into a custom field of OpenProject."""
