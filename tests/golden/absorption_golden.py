#!/usr/bin/python3
"""Golden values for absorption: means, cores, surroundings, profiles (numpy, scipy.ndimage), Otsu (scikit-image).

Writes absorption_golden.txt: one record a line, "name count values…", arrays in the order x fastest; what is not
defined is nan. Voxel edges above 25 nm: cells are single voxels there, so that surroundings are exact.
"""
import os

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_otsu

rng = np.random.default_rng(5)
shape = (26, 30, 34)  # z, y, x
voxel_um = np.array([0.045, 0.03, 0.04])  # z, y, x
shell = (0.1, 0.3)
matrix, filopodium = (1, 2), 6


def record(out, name, values):
    values = np.asarray(values).ravel()
    text = " ".join(repr(v) if isinstance(v, float) else str(v) for v in values.tolist())
    out.write(f"{name} {values.size} {text}\n")


def mean(values):
    return float(values.mean()) if values.size else float("nan")


places = np.stack(np.meshgrid(*(np.arange(n) * e for n, e in zip(shape, voxel_um)), indexing="ij"), -1)
classes = np.where(places[..., 2] > 0.35 + 0.1 * np.sin(5 * places[..., 1]), 1, 0)
labels = np.zeros(shape, int)
class_of = [0]
# Class, centre z, y, x, radii: nucleus, mitochondrion, droplets (one cut by a border), vesicle, filopodium.
for c, centre, radii in [(2, (0.3, 0.2, 1.3), (0.25, 0.3, 0.3)), (3, (0.75, 0.3, 0.75), (0.1, 0.22, 0.12)),
                         (4, (0.42, 0.66, 0.83), (0.17, 0.16, 0.18)), (4, (1.1, 0.7, 1.25), (0.2, 0.15, 0.2)),
                         (5, (0.85, 0.75, 0.7), (0.12, 0.1, 0.13)), (6, (0.5, 0.4, 0.15), (0.06, 0.3, 0.07))]:
    inside = (((places - centre) / radii) ** 2).sum(-1) <= 1
    inside &= labels == 0
    classes[inside] = c
    class_of.append(c)
    labels[inside] = len(class_of) - 1
count = len(class_of) - 1
grey = rng.integers(0, 1000, size=shape).astype(float)
grey[rng.random(shape) < 0.01] = np.nan

owners = list(range(1, count + 1))
maps = np.stack([ndimage.distance_transform_edt(labels != i, voxel_um) for i in owners])
ordered = np.sort(maps, 0)
ties = (labels == 0) & (ordered[0] <= shell[1] + 0.1) & (ordered[1] - ordered[0] < 1e-9)
classes[ties] = 255  # two owners equally near: neither shall have it
nearest = np.array(owners)[maps.argmin(0)]

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "absorption_golden.txt"), "w") as out:
    record(out, "size", shape[::-1])
    record(out, "voxel_um", [float(v) for v in voxel_um[::-1]])
    record(out, "classes", classes)
    record(out, "labels", labels)
    record(out, "class_of", class_of)
    record(out, "grey", ["nan" if np.isnan(v) else int(v) for v in grey.ravel()])
    deep = np.ones(shape, bool)
    for axis in range(3):
        for step in (2, -2):
            moved = np.roll(classes, step, axis)
            edge = [slice(None)] * 3
            edge[axis] = slice(0, 2) if step == 2 else slice(-2, None)
            moved[tuple(edge)] = classes[tuple(edge)]  # beyond the border nothing is known
            deep &= moved == classes
    record(out, "ice", [mean(grey[(classes == 0) & deep & np.isfinite(grey)])])
    record(out, "cell", [mean(grey[np.isin(classes, matrix) & deep & np.isfinite(grey)])])
    depth_limit = 2 * voxel_um.max()
    half = 0.5 * voxel_um.prod() ** (1 / 3)
    layer = voxel_um.max()
    for i in owners:
        own = (labels == i) & np.isfinite(grey)
        inner = ndimage.distance_transform_edt(labels == i, voxel_um)
        core = own & (inner >= depth_limit * (1 - 1e-6))
        around_class = [0] if class_of[i] == filopodium else [c for c in matrix if c != class_of[i]]
        around = (labels != i) & (nearest == i) & (maps[i - 1] >= shell[0]) & (maps[i - 1] <= shell[1])
        around &= np.isin(classes, around_class) & np.isfinite(grey)
        record(out, f"object_{i}", [float(own.sum()), mean(grey[own]), float(grey[own].std()), float(core.sum()),
                                    mean(grey[core]), float(around.sum()), mean(grey[around])])
        if class_of[i] not in (4, 5):
            continue
        rows = []
        depth = np.maximum(0, inner - half)
        steps = np.floor(depth / layer + 1e-9).astype(int)
        for s in range(steps[labels == i].max(), -1, -1):
            values = grey[own & (steps == s)]
            rows.append([-(s + 0.5) * layer, float(values.size), mean(values)])
        beyond = (labels != i) & np.isin(classes, matrix) & np.isfinite(grey) & (maps[i - 1] <= 0.3 + half)
        steps = np.floor(np.maximum(0, maps[i - 1] - half) / layer + 1e-9).astype(int)
        for s in range(int(np.ceil(0.3 / layer))):
            values = grey[beyond & (steps == s)]
            rows.append([(s + 0.5) * layer, float(values.size), mean(values)])
        record(out, f"profile_{i}", [float(v) for row in rows for v in row])
    sample = np.concatenate([rng.normal(0.24, 0.015, 3000), rng.normal(0.31, 0.02, 1500)]).astype(np.float32)
    record(out, "sample", [round(float(v), 6) for v in sample])
    record(out, "otsu", [float(threshold_otsu(sample, nbins=4096))])
