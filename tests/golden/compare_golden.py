#!/usr/bin/python3
"""Golden values for comparing groups (numpy, scipy): permutation tests, Welch's interval, Hedges' g, corrections.

Writes compare_golden.txt: one record a line, "name count values…"; what is not defined is nan.
"""
import math
import os

import numpy as np
from scipy import integrate, optimize, stats

rng = np.random.default_rng(11)


def record(out, name, values):
    values = np.asarray(values, float).ravel()
    out.write(f"{name} {values.size} {' '.join(repr(v) for v in values.tolist())}\n")


def permutation(a, b):
    """All ways to deal out the values, by scipy."""
    return stats.permutation_test((a, b), lambda x, y: abs(np.mean(y) - np.mean(x)), n_resamples=np.inf,
                                  alternative="greater", permutation_type="independent").pvalue


def welch(a, b):
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    freedom = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    half = stats.t.ppf(0.975, freedom) * math.sqrt(va + vb)
    return np.mean(b) - np.mean(a) - half, np.mean(b) - np.mean(a) + half


def noncentral_t(t, freedom, noncentrality):
    """By its definition: a normal over the root of a chi-squared (stats.nct gives nan or inf for some)."""
    root = math.sqrt(freedom)
    f = lambda s: stats.norm.cdf(t * s - noncentrality) * stats.chi.pdf(s * root, freedom) * root
    middle = noncentrality / t if t * noncentrality > 0 else 1
    edges = sorted({0, 1e-4, 0.01, 0.1, 0.5, 0.8, 1, 1.2, 1.5, 2, 3, 5, 15, min(middle, 15)})
    return sum(integrate.quad(f, a, b, epsabs=1e-12, epsrel=1e-10)[0] for a, b in zip(edges, edges[1:]))


def hedges(a, b):
    freedom = len(a) + len(b) - 2
    deviation = math.sqrt(((len(a) - 1) * np.var(a, ddof=1) + (len(b) - 1) * np.var(b, ddof=1)) / freedom)
    correction = math.gamma(freedom / 2) / (math.sqrt(freedom / 2) * math.gamma((freedom - 1) / 2))
    unit = math.sqrt(1 / len(a) + 1 / len(b))
    t = (np.mean(b) - np.mean(a)) / deviation / unit
    limit = lambda p: optimize.brentq(lambda nc: noncentral_t(t, freedom, nc) - p, t - 30, t + 30)
    return correction * t * unit, correction * unit * limit(0.975), correction * unit * limit(0.025)


def smallest_level(p, rejects):
    """For each p the smallest level at which the procedure, as its paper words it, rejects it."""
    levels = sorted({x * m / k for x in p for m in range(1, len(p) + 1) for k in range(1, len(p) + 1)} | {1.0})
    return [next((a for a in levels if a <= 1 and i in rejects(p, a)), 1.0) for i in range(len(p))]


def holm(p, level):
    out = set()
    order = sorted(range(len(p)), key=lambda i: p[i])
    for rank, i in enumerate(order):
        if p[i] > level / (len(p) - rank) * (1 + 1e-12):
            break
        out.add(i)
    return out


def benjamini_hochberg(p, level):
    order = sorted(range(len(p)), key=lambda i: p[i])
    last = max((k for k in range(1, len(p) + 1) if p[order[k - 1]] <= k * level / len(p) * (1 + 1e-12)), default=0)
    return set(order[:last])


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare_golden.txt"), "w") as out:
    sizes = [(2, 2), (3, 3), (2, 6), (4, 4), (5, 3), (6, 7)]
    record(out, "cases", [len(sizes)])
    for i, (n, m) in enumerate(sizes):
        a, b = np.exp(rng.normal(0, 0.5, n)), np.exp(rng.normal(0.4 * i - 0.5, 0.5, m))
        if i == 3:  # ties, as counts have
            a, b = np.array([1.0, 2, 2, 3]), np.array([2.0, 3, 5, 3])
        record(out, f"a{i}", a)
        record(out, f"b{i}", b)
        record(out, f"p{i}", [permutation(a, b)])
        record(out, f"welch{i}", welch(a, b))
        record(out, f"g{i}", hedges(a, b))
    arguments = [(t, nu, nc) for t in (-3.0, 0.0, 0.7, 2.5, 12.7) for nu in (1, 1.3, 2, 5.5, 30, 400)
                 for nc in (0, -1.5, 2, 6)]
    record(out, "nct_arguments", arguments)
    record(out, "nct", [noncentral_t(*x) for x in arguments])
    quantiles = [(q, nu) for q in (0.025, 0.9, 0.975, 0.995) for nu in (1, 1.2, 2, 3.7, 10, 100)]
    record(out, "t_arguments", quantiles)
    record(out, "t", [stats.t.ppf(q, nu) for q, nu in quantiles])
    p = [0.01, 0.04, 0.03, 0.005, 0.55, 0.2, 0.04, 1.0, 0.0008]
    record(out, "p", p)
    record(out, "holm", smallest_level(p, holm))
    record(out, "benjamini_hochberg", smallest_level(p, benjamini_hochberg))
