"""The last answer missed, or nothing in the words can be heard."""
