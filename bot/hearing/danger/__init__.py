"""Danger and what follows it."""
