#!/usr/bin/python3
"""What a user would do without cytomo: a random forest on the features of each pixel, as ilastik's pixel
classification does, or a threshold on the smoothed image.

    random_forest.py IMAGE.tif LABELS.tif OUT.tif [--three-d] [--trees 100] [--seed 1] [--threshold]

Features at six scales (0.7 to 10 pixels, ilastik's): Gaussian, Laplacian of Gaussian, gradient magnitude, difference of
Gaussians, eigenvalues of the Hessian and of the structure tensor; in the plane of each slice, or with --three-d in space.
100 trees, square root of the features at each node, at most 100,000 labelled pixels drawn without balancing.
Sources: S. Berg and others, ilastik: interactive machine learning for (bio)image analysis, Nature Methods 16, 2019;
L. Breiman, Random Forests, Machine Learning 45, 2001. Labels: 255 is unlabelled.
"""
import argparse

import numpy as np
import tifffile
from scipy import ndimage

SCALES = (0.7, 1.0, 1.6, 3.5, 5.0, 10.0)
IGNORE = 255


def eigenvalues(parts, axes):
    """Of symmetric matrices given by their upper triangles, ascending; arrays of the image's shape. In closed form
    for two axes."""
    if axes == 2:
        a, b, c = parts[0, 0], parts[0, 1], parts[1, 1]
        mean, spread = (a + c) / 2, np.sqrt(((a - c) / 2) ** 2 + b ** 2)
        return [mean - spread, mean + spread]
    matrix = np.empty((*parts[0, 0].shape, axes, axes), np.float32)
    for (i, j), values in parts.items():
        matrix[..., i, j] = matrix[..., j, i] = values
    return list(np.moveaxis(np.linalg.eigvalsh(matrix), -1, 0))


def features(image):
    """(features, *image.shape) float32 of a slice or a volume."""
    image = image.astype(np.float32)
    axes = image.ndim
    result = []
    for scale in SCALES:
        def derived(values, *along, sigma=scale):
            return ndimage.gaussian_filter(values, sigma, [along.count(axis) for axis in range(axes)], mode="mirror",
                                           truncate=3)
        first = [derived(image, i) for i in range(axes)]
        pairs = [(i, j) for i in range(axes) for j in range(i, axes)]
        second = {(i, j): derived(image, i, j) for i, j in pairs}
        smooth = derived(image)
        result += [smooth, sum(second[i, i] for i in range(axes)), np.sqrt(sum(f * f for f in first)),
                   smooth - derived(image, sigma=0.66 * scale)]
        result += eigenvalues(second, axes)
        result += eigenvalues({(i, j): derived(first[i] * first[j], sigma=scale / 2) for i, j in pairs}, axes)
    return np.stack(result)


def slices_of(image, three_d, need=None):
    """Numbers of slices and their features. In space the whole volume is one piece; memory is then 240 bytes a
    voxel."""
    if three_d:
        everything = features(image)
        for z in range(len(image)):
            if need is None or need[z]:
                yield z, everything[:, z]
    else:
        for z in range(len(image)):
            if need is None or need[z]:
                yield z, features(image[z])


def random_forest(image, labels, three_d=False, trees=100, most_pixels=100_000, seed=1, jobs=1):
    """Classes of every voxel. image and labels (z, y, x)."""
    random = np.random.default_rng(seed)
    labelled = labels != IGNORE
    keep = min(1.0, most_pixels / np.count_nonzero(labelled))
    chosen = labelled & (random.random(labels.shape) < keep)
    x, y = [], []
    for z, values in slices_of(image, three_d, chosen.any((1, 2))):
        x.append(values[:, chosen[z]].T)
        y.append(labels[z][chosen[z]])
    from sklearn.ensemble import RandomForestClassifier  # here: who only reads results need not have it
    forest = RandomForestClassifier(trees, max_features="sqrt", n_jobs=jobs, random_state=seed)
    forest.fit(np.concatenate(x), np.concatenate(y))
    result = np.empty(labels.shape, np.uint8)
    for z, values in slices_of(image, three_d):
        result[z] = forest.predict(values.reshape(len(values), -1).T).reshape(result[z].shape)
    return result


def best_threshold(values, is_class):
    """(Dice, threshold, whether the class is above) of the best single threshold among 511 quantiles."""
    order = np.argsort(values, kind="stable")
    total, n = np.count_nonzero(is_class), len(values)
    below = np.cumsum(is_class[order])  # of the class among the lowest k + 1 values
    k = np.unique(np.linspace(0, n - 2, 511).astype(int))
    dice_below = 2 * below[k] / (k + 1 + total)
    dice_above = 2 * (total - below[k]) / (n - k - 1 + total)
    cut = [(float(d.max()), float(values[order[k[d.argmax()]]]), above)
           for d, above in ((dice_below, False), (dice_above, True))]
    return max(cut)


def smoothed_threshold(image, labels, sigmas=(0, 0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 6), three_d=False):
    """(classes, what was chosen). Gaussian and threshold with the best Dice on the labelled pixels, of each class by
    itself; where two claim a voxel, the one with the higher Dice has it. Smoothed in the plane, or in space."""
    labelled = labels != IGNORE
    smoothed = {}
    for s in sigmas:
        smoothed[s] = ndimage.gaussian_filter(image.astype(np.float32), s if three_d else (0, s, s), mode="mirror")
    claims = []
    for c in np.unique(labels[labelled]):
        if c == 0:
            continue
        dice, sigma, threshold, above = max(
            (d, s, t, a) for s in sigmas for d, t, a in [best_threshold(smoothed[s][labelled], labels[labelled] == c)])
        claims.append((dice, int(c), sigma, threshold, above))
    result = np.zeros(labels.shape, np.uint8)
    for dice, c, sigma, threshold, above in sorted(claims):
        result[(smoothed[sigma] > threshold) if above else (smoothed[sigma] <= threshold)] = c
    return result, [{"class": c, "sigma": s, "threshold": t, "above": a, "training_dice": d} for d, c, s, t, a in claims]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("image")
    parser.add_argument("labels")
    parser.add_argument("out")
    parser.add_argument("--three-d", action="store_true")
    parser.add_argument("--trees", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--threshold", action="store_true", help="smoothed threshold instead of the forest")
    a = parser.parse_args()
    image, labels = tifffile.imread(a.image), tifffile.imread(a.labels)
    if a.threshold:
        result, chosen = smoothed_threshold(image, labels, three_d=a.three_d)
        print(chosen)
    else:
        result = random_forest(image, labels, a.three_d, a.trees, seed=a.seed, jobs=a.jobs)
    tifffile.imwrite(a.out, result, compression="zlib")


if __name__ == "__main__":
    main()
