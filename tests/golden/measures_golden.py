#!/usr/bin/python3
"""Golden values for measures: objects (numpy, scipy) and agreement (numpy, scipy.ndimage, scikit-image).

Writes measures_golden.txt: one record a line, "name count values…", arrays in the order x fastest; what is not
defined is nan.
"""
import os

import numpy as np
from scipy import ndimage
from scipy.spatial.distance import pdist
from skimage.metrics import contingency_table

rng = np.random.default_rng(42)
shape = (18, 24, 30)  # z, y, x
voxel_um = np.array([0.045, 0.03, 0.02])  # z, y, x
corners = np.ones((3, 3, 3), int)


def record(out, name, values):
    values = np.asarray(values).ravel()
    text = " ".join(repr(v) if isinstance(v, float) else str(v) for v in values.tolist())
    out.write(f"{name} {values.size} {text}\n")


def blobs(sigma, levels, shift=None):
    noise = ndimage.gaussian_filter(rng.normal(size=shape), sigma)
    if shift is not None:
        noise = shift + 0.13 * noise / noise.std() * shift.std()
    return np.searchsorted(np.quantile(noise, levels), noise), noise


def surface(classes, c):
    """Voxels of class c with a face to another class; borders and 255 are no surface."""
    inside = classes == c
    result = np.zeros(classes.shape, bool)
    other = (classes != c) & (classes != 255)
    for axis in range(3):
        for step in (1, -1):
            moved = np.roll(other, step, axis)
            edge = [slice(None)] * 3
            edge[axis] = 0 if step == 1 else -1
            moved[tuple(edge)] = False
            result |= inside & moved
    return result


def agreement(truth, prediction, c):
    valid = (truth != 255) & (prediction != 255)
    truth, prediction = np.where(valid, truth, 255), np.where(valid, prediction, 255)
    t, p = truth == c, prediction == c
    common, nt, np_ = int((t & p).sum()), int(t.sum()), int(p.sum())
    div = lambda a, b: float(a) / float(b) if b else float("nan")
    mean = q95 = float("nan")
    st, sp = surface(truth, c), surface(prediction, c)
    if st.any() and sp.any():
        d = np.concatenate([ndimage.distance_transform_edt(~sp, voxel_um)[st],
                            ndimage.distance_transform_edt(~st, voxel_um)[sp]])
        mean, q95 = float(d.mean()), float(np.percentile(d, 95))
    lt, kt = ndimage.label(t, corners)
    lp, kp = ndimage.label(p, corners)
    table = contingency_table(lt.ravel(), lp.ravel(), normalize=False).toarray()
    table = np.asarray(table, int)
    full = np.zeros((kt + 1, kp + 1), int)
    full[: table.shape[0], : table.shape[1]] = table
    sizes_t, sizes_p = full.sum(1), full.sum(0)
    detected, iou_sum, recognised, thick, thick_recognised = 0, 0.0, 0, 0, 0
    for i in range(1, kt + 1):
        for j in range(1, kp + 1):
            iou = full[i, j] / (sizes_t[i] + sizes_p[j] - full[i, j])
            if iou > 0.5:
                detected += 1
                iou_sum += iou
        good = [j for j in range(1, kp + 1) if 2 * (t & (lp == j)).sum() > sizes_p[j]]
        ok = 2 * sum(full[i, j] for j in good) > sizes_t[i]
        recognised += ok
        depth = ndimage.distance_transform_edt(lt == i, voxel_um)[lt == i].max()
        if 2 * depth >= 0.1:
            thick += 1
            thick_recognised += ok
    return [nt, np_, common, div(2 * common, nt + np_), div(common, nt + np_ - common), div(common, np_),
            div(common, nt), mean, q95, kt, kp, detected, div(2 * detected, kt + kp), div(2 * iou_sum, kt + kp),
            div(recognised, kt), thick, div(thick_recognised, thick)]


truth, noise = blobs(1.7, [0.55, 0.7, 0.8, 0.9])
prediction, _ = blobs(1.7, [0.55, 0.7, 0.8, 0.9], noise)
prediction[prediction == 4] = 3  # class 4 is never predicted, so class 3 is predicted too often
prediction[0:3, 0:4, 0:5] = 6    # class 6 is nowhere in the truth
partial = truth.copy()
partial[:, :, 20:24] = 255
partial[8, 3:9, :] = 255
prediction_partial = prediction.copy()
prediction_partial[2:4, 10:14, 2:9] = 255

objects, count = ndimage.label(truth == 2, corners)
grey = np.clip(rng.normal(100, 20, size=shape), 0, 255).astype(int)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "measures_golden.txt"), "w") as out:
    record(out, "size", shape[::-1])
    record(out, "voxel_um", [float(v) for v in voxel_um[::-1]])
    record(out, "truth", truth)
    record(out, "prediction", prediction)
    record(out, "partial_truth", partial)
    record(out, "partial_prediction", prediction_partial)
    for c in (1, 2, 3, 4, 5, 6):
        record(out, f"agreement_{c}", [float(v) for v in agreement(truth, prediction, c)])
        record(out, f"partial_agreement_{c}", [float(v) for v in agreement(partial, prediction_partial, c)])
    record(out, "objects", objects)
    record(out, "grey", grey)
    for n in range(1, count + 1):
        voxels = np.argwhere(objects == n)
        places = voxels * voxel_um
        covariance = np.cov(places.T, bias=True).reshape(3, 3) if len(places) > 1 else np.zeros((3, 3))
        spread = np.linalg.eigvalsh(covariance + np.diag(voxel_um**2 / 12))[::-1]
        values = grey[objects == n].astype(float)
        width = float(pdist(places).max()) if len(places) > 1 else 0.0
        record(out, f"object_{n}", [float(len(voxels)), *places.mean(0)[::-1].tolist(), width,
                                    *(2 * np.sqrt(5 * spread)).tolist(), float(values.mean()), float(values.std()),
                                    *(voxels.min(0) * voxel_um - voxel_um / 2)[::-1].tolist(),
                                    *(voxels.max(0) * voxel_um + voxel_um / 2)[::-1].tolist()])
