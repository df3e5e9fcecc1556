"""YAML → merged, checked, typed spec."""
