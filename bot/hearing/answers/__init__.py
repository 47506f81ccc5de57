"""A message as the answer to what was asked last, or as more of what was just told."""
