"""L-BFGS finds what SciPy finds."""

import numpy as np
import scipy.optimize

from bot.nlu.intent import lbfgs


def _logistic(rows, signs, penalty):
    def loss(weights):
        margins = signs * (rows @ weights)
        value = np.log1p(np.exp(-margins)).mean() + 0.5 * penalty * float(weights @ weights)
        gradient = -(rows.T @ (signs / (1 + np.exp(margins)))) / len(rows) + penalty * weights
        return float(value), gradient.astype(weights.dtype)

    return loss


def test_a_penalised_logistic_regression_ends_where_scipy_ends():
    chance = np.random.default_rng(5)
    rows = chance.normal(size=(400, 30))
    signs = np.where(rows @ chance.normal(size=30) + chance.normal(size=400) > 0, 1.0, -1.0)
    loss = _logistic(rows, signs, penalty=1e-3)
    expected = scipy.optimize.minimize(loss, np.zeros(30), jac=True, method="L-BFGS-B", options={"ftol": 1e-12})
    found = lbfgs.minimize(loss, np.zeros(30), iterations=200, tolerance=1e-7)
    assert found.dtype == np.float32
    assert loss(found)[0] <= expected.fun + 1e-5
    assert np.abs(found - expected.x).max() < 0.02


def test_a_start_at_the_least_loss_stays_there():
    least = np.array([1.0, -2.0, 3.0], dtype=np.float32)

    def bowl(weights):
        return float(((weights - least) ** 2).sum()), 2 * (weights - least)

    assert np.allclose(lbfgs.minimize(bowl, least, iterations=50), least)


def test_a_badly_scaled_bowl_is_still_descended():
    scale = np.array([1e-3, 1.0, 1e3], dtype=np.float32)

    def bowl(weights):
        return float((scale * (weights - 1) ** 2).sum()), 2 * scale * (weights - 1)

    found = lbfgs.minimize(bowl, np.zeros(3), iterations=100, tolerance=1e-9)
    assert np.abs(found[1:] - 1).max() < 1e-2


def test_no_iteration_leaves_the_start_as_it_was():
    start = np.array([4.0, 5.0])
    assert lbfgs.minimize(lambda weights: (float(weights @ weights), 2 * weights), start, iterations=0).tolist() == [
        4,
        5,
    ]
