"""Several questions or wishes in one message."""
