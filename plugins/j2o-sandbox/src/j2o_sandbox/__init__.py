"""A Jira and an OpenProject over real HTTP, traps included, for tests and the demo."""
