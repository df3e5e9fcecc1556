"""The local store of extracted records; later stages read it, not the source."""
