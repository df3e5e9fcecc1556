"""Work packages: reading, creating, changing, finding them."""
