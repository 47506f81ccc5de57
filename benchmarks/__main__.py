"""`python -m benchmarks`: the comparison with stock Rasa."""

import typer

from benchmarks.bench_turns import main

typer.run(main)
