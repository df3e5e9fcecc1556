"""One effect's life: prepared, durable, sent, settled, recorded. Used by apply and by undo alike."""
