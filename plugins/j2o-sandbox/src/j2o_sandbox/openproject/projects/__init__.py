"""Projects and what belongs to them: versions, categories, sprints, news."""
