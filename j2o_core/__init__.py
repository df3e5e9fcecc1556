"""j2o: declarative migrations from Jira to OpenProject."""
