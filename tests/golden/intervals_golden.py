#!/usr/bin/python3
"""Makes intervals_golden.txt: distributions of counts from numpy and scipy.

    tests/golden/intervals_golden.py > tests/golden/intervals_golden.txt

Each line: name, number of values, values.
"""
import numpy as np
from scipy import stats


def record(name, values):
    values = np.atleast_1d(values)
    print(name, len(values), *(repr(float(v)) for v in values))


def poisson_binomial(chances):
    """By the discrete Fourier transform of the characteristic function (Y. Hong 2013)."""
    n = len(chances)
    w = np.exp(2j * np.pi * np.arange(n + 1) / (n + 1))
    characteristic = np.prod(1 - np.asarray(chances)[None, :] + np.asarray(chances)[None, :] * w[:, None], axis=1)
    return np.fft.fft(characteristic).real / (n + 1)


random = np.random.default_rng(7)
record("few_chances", [0.9, 0.35, 0.5, 0.01, 1.0, 0.0])
record("few", poisson_binomial([0.9, 0.35, 0.5, 0.01, 1.0, 0.0]))
chances = random.uniform(0.02, 0.999, 60)
record("many_chances", chances)
record("many", poisson_binomial(chances))
record("equal", stats.binom.pmf(np.arange(26), 25, 0.3))
record("poisson", stats.poisson.pmf(np.arange(12), 3.7))
record("normal_quantiles", stats.norm.ppf([0.75, 0.95, 0.995]))
