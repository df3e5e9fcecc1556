"""What a plugin's tests may import besides ``j2o_core.api``."""
