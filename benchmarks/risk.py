"""How well risk is told, on the half of CDNOW that nothing was learned from: `make bench-risk DATA=FOLDER`."""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.buy_till_you_die import Base, BgNbd, Numbers, ParetoNbd, fit
from benchmarks.risk_data import CALIBRATED_TO, FILE, cut, half, read
from crm_store.risk.rhythm import Rhythm, shipped

WEEKS_AHEAD = 39.0


def auc(told: Numbers, stopped: Numbers) -> float:
    """The chance that of one who stopped and one who did not the first is told the higher risk (Mann and Whitney)."""
    values, place, counts = np.unique(told, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    positive = stopped.sum()
    negative = len(values[place]) - positive
    return float((ranks[stopped == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def calibration_error(told: Numbers, stopped: Numbers) -> float:
    """The expected calibration error over ten equal steps of the chance."""
    steps = np.minimum((told * 10).astype(int), 9)
    return sum(abs(float(told[steps == step].sum() - stopped[steps == step].sum())) for step in range(10)) / len(told)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help=f"folder with {FILE}")
    log = read(parser.parse_args().data / FILE)
    learned_from, judged = cut(half(log, 0), CALIBRATED_TO), cut(half(log, 1), CALIBRATED_TO)
    stopped = np.array(judged.stopped, dtype=np.float64)
    repeat = np.array([each.purchases > 1 for each in judged.buyings])
    known, base = Base.of(learned_from.buyings), Base.of(judged.buyings)
    ours = Rhythm(judged.pause_days, judged.order_minor, shipped())
    chances = {
        "Huike": np.array([ours.stopped(each) for each in judged.buyings]),
        "BG/NBD": fit(BgNbd, known).stopped(base, WEEKS_AHEAD),
        "Pareto/NBD": fit(ParetoNbd, known).stopped(base, WEEKS_AHEAD),
    }
    days = np.array([each.silence_days for each in judged.buyings])
    ranked = chances | {"days": days, "days by purchases": days / np.array([each.purchases for each in judged.buyings])}
    print(f"{len(stopped)} customers, {repeat.sum()} repeat buyers, {stopped.mean():.1%} stopped")
    print("| by | AUC, all | AUC, repeat buyers | lift, top tenth | Brier | ECE |\n|---|---:|---:|---:|---:|---:|")
    for name, told in ranked.items():
        top = np.argsort(-told, kind="stable")[: len(told) // 10]
        marks = f"| {name} | {auc(told, stopped):.3f} | {auc(told[repeat], stopped[repeat]):.3f} "
        marks += f"| {stopped[top].mean() / stopped.mean():.2f} |"
        if name in chances:
            marks += f" {np.mean((told - stopped) ** 2):.4f} | {calibration_error(told, stopped):.3f} |"
        else:
            marks += " | |"
        print(marks)
    print("\n| told | members | mean chance | stopped |\n|---|---:|---:|---:|")
    told = chances["Huike"]
    for step in range(10):
        inside = np.minimum((told * 10).astype(int), 9) == step
        if inside.any():
            chance, seen = told[inside].mean(), stopped[inside].mean()
            print(f"| {step * 10}–{step * 10 + 10} % | {inside.sum()} | {chance:.2f} | {seen:.2f} |")


if __name__ == "__main__":
    main()
