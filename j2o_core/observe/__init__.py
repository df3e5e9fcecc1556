"""What a run tells while it goes: progress, events, logs, and what must never be in them."""
