"""Measurements; `make bench` runs the comparison with stock Rasa."""
