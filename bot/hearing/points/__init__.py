"""Points, levels and rewards."""
