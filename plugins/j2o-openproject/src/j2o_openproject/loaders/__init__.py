"""One loader an entity."""
