"""Readers of bare words, which know nothing of a turn: lists of words, yes and no, numbers, places."""
