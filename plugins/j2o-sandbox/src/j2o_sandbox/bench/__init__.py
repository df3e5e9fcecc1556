"""``j2o bench``: what a migration costs, measured on generated data against the sandbox."""
