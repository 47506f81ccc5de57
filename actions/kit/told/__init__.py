"""What customers tell or order, by subject."""
