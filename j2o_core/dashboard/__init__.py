"""A web application over the ledger: how runs stand, live, and what may be asked of them."""
