"""The durable store per target: runs, items, effects, problems, audit."""
