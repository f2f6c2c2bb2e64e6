#!/usr/bin/python3
"""Golden values for labels: connected components and distances by scipy.ndimage.

Writes labels_golden.txt: one record a line, "name count values…", arrays in the order x fastest.
"""
import os

import numpy as np
from scipy import ndimage

rng = np.random.default_rng(20231122)
shape = (9, 11, 13)  # z, y, x
voxel_um = (0.03, 0.02, 0.011)  # z, y, x


def record(out, name, values):
    values = np.asarray(values).ravel()
    text = " ".join(repr(v) if isinstance(v, float) else str(v) for v in values.tolist())
    out.write(f"{name} {values.size} {text}\n")


def components(classes, structure):
    """Numbers by first voxel, over all classes but 0 and 255."""
    labels = np.zeros(classes.shape, int)
    for c in np.unique(classes):
        if c in (0, 255):
            continue
        found, _ = ndimage.label(classes == c, structure)
        labels[found > 0] = found[found > 0] + labels.max()
    numbers, first = np.unique(labels.ravel(), return_index=True)
    order = [n for n, _ in sorted(zip(numbers, first), key=lambda p: p[1]) if n != 0]
    renumber = np.zeros(labels.max() + 1, int)
    renumber[order] = np.arange(1, len(order) + 1)
    return renumber[labels]


classes = rng.choice([0, 1, 2, 255], size=shape, p=[0.6, 0.22, 0.15, 0.03])
noise = ndimage.gaussian_filter(rng.normal(size=shape), 1.2)
mask = noise > np.quantile(noise, 0.45)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "labels_golden.txt"), "w") as out:
    record(out, "size", shape[::-1])
    record(out, "voxel_um", [float(v) for v in voxel_um[::-1]])
    record(out, "classes", classes)
    record(out, "components_faces", components(classes, ndimage.generate_binary_structure(3, 1)))
    record(out, "components_corners", components(classes, ndimage.generate_binary_structure(3, 3)))
    record(out, "mask", mask.astype(int))
    record(out, "distance_um", [float(f"{d:.9g}") for d in ndimage.distance_transform_edt(mask, voxel_um).ravel()])
