"""Measurements; `make bench` measures the road of a message and stock Rasa beside it."""
