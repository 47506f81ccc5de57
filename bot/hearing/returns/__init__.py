"""Returns, exchanges and repairs: before, amid and after them."""
