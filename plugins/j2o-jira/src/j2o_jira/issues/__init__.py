"""Issues, read once and whole: windows by key on Server, ids and bulk reads on Cloud."""
