"""How plugins join: hook specifications, the protocols of their roles, the manager and the registry."""
