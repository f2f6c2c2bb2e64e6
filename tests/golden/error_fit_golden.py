#!/usr/bin/python3
"""Makes error_fit_golden.txt: errors learnt by numpy and scipy from objects that are drawn here.

    tests/golden/error_fit_golden.py > tests/golden/error_fit_golden.txt

The functions are those with which the errors of the default model were learnt; cytomo bias --learn does the same in C++.
"""
import numpy as np
from scipy import optimize

Z90 = 1.6448536
WIDEST_BLUR = 0.2  # µm; beyond, it is no edge


def blur_of_edge(blur, usual):
    return np.minimum(np.where(np.isfinite(blur), blur, usual), WIDEST_BLUR)


class Cell:
    """objects: dicts of what was found and what is true of it; missed: true objects not found; volume: of the class."""

    def __init__(self, objects, missed, volume):
        self.objects, self.missed, self.volume = objects, missed, volume


def displacements(all_cells):
    """Per matched object: displacement (µm), blur, cell, log ratio of surfaces beyond the displacement."""
    rows = []
    for c, cell in enumerate(all_cells):
        for o in cell.objects:
            if not np.isfinite(o["true_volume"]):
                continue
            scale = 3 * o["volume"] / o["surface"]
            d = scale * (np.cbrt(o["true_volume"] / o["volume"]) - 1)
            surface = np.log(o["true_surface"] / o["surface"]) - 2 * np.log1p(d / scale)
            rows.append((d, o["blur"], c, surface))
    return np.array(rows).reshape(-1, 4)


def between_and_within(d, group):
    """Deviation of the means of groups, sampling taken off, and deviation within (one-way random effects)."""
    groups = [d[group == g] for g in np.unique(group)]
    within = np.sqrt(sum(((g - g.mean()) ** 2).sum() for g in groups) / max(1, len(d) - len(groups)))
    if len(groups) < 2:
        return 0.0, float(within)
    n0 = (len(d) - sum(len(g) ** 2 for g in groups) / len(d)) / (len(groups) - 1)
    between = sum(len(g) * (g.mean() - d.mean()) ** 2 for g in groups) / (len(groups) - 1)
    return float(np.sqrt(max(0.0, (between - within**2) / n0))), float(within)


def fit_class(all_cells):
    out = {}
    rows = displacements(all_cells)
    if len(rows) < 3:
        return None
    d, blur, group, surface = rows.T
    blur = blur_of_edge(blur, np.nanmedian(blur))
    out["objects"] = len(d)
    out["mean"] = np.median(d)
    # A few objects are merged or half: they shall not widen the interval of all others.
    limit = 4 * 1.4826 * np.median(np.abs(d - out["mean"])) + 1e-4
    r = np.clip(d - out["mean"], -limit, limit)
    shared, within = between_and_within(r, group)
    out["shared"] = shared

    def likelihood(p):  # of own deviation and its part that grows with the blur
        variance = p[0] ** 2 + (p[1] * blur) ** 2 + 1e-8
        centred = r - np.array([r[group == g].mean() for g in group])
        return 0.5 * np.mean(np.log(variance) + centred**2 / variance)

    best = optimize.minimize(likelihood, [within * 0.7, within / np.median(blur) * 0.7], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 10000})
    own, share = np.abs(best.x)
    # Each tomogram is judged by the others' mean, as a new one would be.
    others = np.array([np.median(d[group != g]) if (group != g).any() else out["mean"] for g in group])

    weights = np.array([1 / np.sqrt(np.sum(group == g)) for g in group])  # one crowded tomogram is one witness

    def coverage(k):
        return np.average(np.abs(d - others) <= Z90 * k * np.sqrt(shared**2 + own**2 + (share * blur) ** 2),
                          weights=weights)

    steps = np.linspace(0.3, 4, 371)
    k = next((s for s in steps if coverage(s) >= 0.9), steps[-1])
    out["stretch"] = k
    out["shared"], out["own"], out["share"] = shared * k, own * k, share * k
    out["blur"] = np.median(blur)
    s = surface[np.isfinite(surface)]
    out["surface_shift"] = np.median(s) if len(s) > 2 else 0.0
    out["surface_deviation"] = np.quantile(np.abs(s - out["surface_shift"]), 0.9) / Z90 if len(s) > 5 else 0.0
    return out


def fit_reality(all_cells):
    """Logistic regression with a weak pull to chance = mean probability."""
    x, y = [], []
    for cell in all_cells:
        for o in cell.objects:
            p = np.clip(o["probability"], 0.01, 0.99)
            x.append((1, np.log(p / (1 - p)), np.log(o["volume"] / 0.01)))
            y.append(o["real"])
    x, y = np.array(x).reshape(-1, 3), np.array(y, float)

    def loss(b):
        a = x @ b
        return np.sum(np.logaddexp(0, a) - y * a) + 0.5 * np.sum((b - [0, 1, 0]) ** 2 / [4, 1, 1])

    return optimize.minimize(loss, [0, 1, 0.0], tol=1e-10).x, 1 / (1 + np.exp(-np.median(x[:, 1])))


def cross_validated(all_cells, folds=5):
    """Share of volumes within intervals learnt from other tomograms, exact voxels."""
    inside = cases = 0
    for fold in range(folds):
        fit = fit_class([c for i, c in enumerate(all_cells) if i % folds != fold])
        rows = displacements([c for i, c in enumerate(all_cells) if i % folds == fold])
        if fit is None or not len(rows):
            continue
        blur = blur_of_edge(rows[:, 1], fit["blur"])
        deviation = np.sqrt(fit["shared"] ** 2 + fit["own"] ** 2 + (fit["share"] * blur) ** 2)
        inside += np.sum(np.abs(rows[:, 0] - fit["mean"]) <= Z90 * deviation)
        cases += len(rows)
    return inside / max(1, cases)


def chance(o, b):
    p = np.clip(o["probability"], 0.01, 0.99)
    return 1 / (1 + np.exp(-(b[0] + b[1] * np.log(p / (1 - p)) + b[2] * np.log(o["volume"] / 0.01))))


def fit_counts(all_cells, b):
    """True objects missed for each found one, and the relative deviation of counts beyond chance."""
    found, missed, expected, variance, true = [], [], [], [], []
    for cell in all_cells:
        q = np.array([chance(o, b) for o in cell.objects])
        found.append(len(q))
        missed.append(cell.missed)
        expected.append(q.sum())
        variance.append((q * (1 - q)).sum())
        true.append(sum(o["real"] for o in cell.objects) + cell.missed)
    found, missed, expected, variance, true = map(np.array, (found, missed, expected, variance, true))
    share = missed.sum() / found.sum()
    mean, variance = expected + share * found, variance + share * found
    for deviation in np.linspace(0, 1.5, 151):
        if np.mean(np.abs(true - mean) <= Z90 * np.sqrt(variance + (deviation * mean) ** 2) + 0.5) >= 0.9 - 0.5 / len(true):
            break
    return share, deviation


def fit_totals(all_cells, b, fit):
    """Log of true by expected volume of the class (objects found, each by its chance to be real): its median, and the
    deviation that is left beyond displacements and doubtful objects, as class_intervals adds them."""
    logs, known = [], []
    for cell in all_cells:
        q = np.array([chance(o, b) for o in cell.objects])
        v, a = (np.array([o[key] for o in cell.objects]) for key in ("volume", "surface"))
        if cell.volume < 0.02 or (q * v).sum() < 0.02:
            continue
        d = np.hypot(fit["own"], fit["share"] * blur_of_edge(np.array([o["blur"] for o in cell.objects]), fit["blur"]))
        shared = fit["shared"] * a.sum() / v.sum()
        logs.append(np.log(cell.volume / (q * v).sum()))
        known.append(shared**2 + (((a * d) ** 2).sum() + (q * (1 - q) * v**2).sum()) / v.sum() ** 2)
    logs, known = np.array(logs), np.array(known)
    shift = np.median(logs)
    for deviation in np.linspace(0, 1, 201):
        if np.mean(np.abs(logs - shift) <= Z90 * np.sqrt(known + deviation**2)) >= 0.9:
            break
    return shift, deviation


def fit_lines(true, found, by, start, floor):
    """Of the lines of filopodia: median, deviation, and a part of it that grows with `by`."""
    e = true - found
    mean = np.median(e)
    a = np.abs(e - mean)

    def nll(p):
        v = p[0] ** 2 + (p[1] * by) ** 2 + floor
        return np.mean(np.log(v) + np.minimum(a, 4 * np.median(a)) ** 2 / v)

    s = np.abs(optimize.minimize(nll, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 10000}).x)
    k = np.quantile(a / np.sqrt(s[0] ** 2 + (s[1] * by) ** 2 + floor), 0.9) / Z90
    return mean, s[0] * k, s[1] * k


def draw(random, cells):
    """Balls with displaced surfaces; some are none, some are merged, cells differ in number and quality."""
    out = []
    for _ in range(cells):
        shared, blurred, objects, volume = random.normal(0, 0.006), random.uniform(0.7, 1.4), [], 0
        for _ in range(random.integers(8, 26)):
            r, blur, p = random.uniform(0.1, 0.4), blurred * random.uniform(0.005, 0.03), random.uniform(0.4, 0.99)
            d = -0.004 + shared + random.normal(0, np.hypot(0.004, 0.5 * blur))
            real = bool(random.random() < p)
            true = r + d if random.random() < 0.95 else 0.7 * r
            compared = real and random.random() < 0.9
            objects.append(dict(volume=4 / 3 * np.pi * r**3, surface=4 * np.pi * r**2 * random.uniform(0.95, 1.1), blur=blur,
                                probability=p, real=real, true_volume=4 / 3 * np.pi * true**3 if compared else np.nan,
                                true_surface=4 * np.pi * true**2 * np.exp(random.normal(0.01, 0.04)) if compared else np.nan))
            volume += real * 4 / 3 * np.pi * true**3
        out.append(Cell(objects, int(random.poisson(4)), volume * random.uniform(0.9, 1.3)))
    return out


def record(name, values):
    values = np.ravel(np.array(values, float))
    print(name, len(values), *(repr(float(v)) for v in values))


def main():
    random = np.random.default_rng(17)
    cells = draw(random, 15)
    record("objects", [(c, o["volume"], o["surface"], o["probability"], o["blur"], o["real"], o["true_volume"],
                        o["true_surface"]) for c, cell in enumerate(cells) for o in cell.objects])
    record("missed", [c.missed for c in cells])
    record("volumes", [c.volume for c in cells])
    fit = fit_class(cells)
    b, usual = fit_reality(cells)
    share, spread = fit_counts(cells, b)
    shift, deviation = fit_totals(cells, b, fit)
    record("errors", [fit["mean"], fit["shared"], fit["own"], fit["share"], fit["blur"], fit["surface_shift"],
                      fit["surface_deviation"], *b, usual, share, spread, shift, deviation])
    record("held", [cross_validated(cells)])
    length = random.uniform(0.5, 4, 40)
    radius, blur = random.uniform(0.06, 0.15, 40), random.uniform(0.01, 0.03, 40)
    lines = np.stack([length + random.normal(0.03, np.hypot(0.08, 0.05 * length)), length,
                      radius + random.normal(-0.005, np.hypot(0.006, 0.3 * blur)), radius, blur], axis=1)
    record("lines", lines)
    record("filopodia", [*fit_lines(lines[:, 0], length, length, [0.05, 0.05], 1e-6),
                         *fit_lines(lines[:, 2], radius, blur_of_edge(blur, np.median(blur)), [0.005, 0.1], 1e-8)])


if __name__ == "__main__":
    main()
