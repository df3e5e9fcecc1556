"""Proposes a spec for two systems as they are: what each value, field and person of the source becomes."""
