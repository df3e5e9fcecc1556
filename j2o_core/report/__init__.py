"""A run told afterwards: HTML, JSON and CSV, from what the ledger says."""
