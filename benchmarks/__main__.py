"""`python -m benchmarks`: the road of a message, long conversations, stock Rasa beside it, idle tabs."""

from benchmarks.road import main

main(turns=1000, idle=5000, stock=True)
