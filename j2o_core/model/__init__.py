"""Plain data that every room of the house shares: no behaviour beyond reading and writing itself."""
