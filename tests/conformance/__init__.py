"""Whether plugins keep their promises, and both sides of the wire the vendors'."""
