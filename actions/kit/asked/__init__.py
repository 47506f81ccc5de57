"""Whether words ask for something, by subject."""
