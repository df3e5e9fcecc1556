"""Reads Jira Server, Data Center and Cloud."""
