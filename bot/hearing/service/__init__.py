"""Calls, people, complaints and praise."""
