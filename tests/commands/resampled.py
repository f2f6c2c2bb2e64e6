"""What `cytomo convert --resample-nm` made, counted again: shares of voxels as differences of running sums along each axis.
resampled.py IN.npy OUT.npy IN_NM OUT_NM grey|labels   (edges as x,y,z; OUT_NM at least IN_NM)
Needs python3-numpy (Debian)."""
import sys

import numpy as np


def averaged(values, axis, old, new, cells):
    """Means over the new voxels, which begin where the old ones do; what lies beyond them counts nowhere."""
    values = np.moveaxis(values.astype(float), axis, 0)
    sums = np.concatenate([np.zeros_like(values[:1]), np.cumsum(values, axis=0)])
    edges = np.minimum(np.arange(cells + 1) * new / old, len(values))
    at = np.minimum(edges.astype(int), len(values) - 1)
    upto = sums[at] + (edges - at).reshape(-1, *[1] * (values.ndim - 1)) * values[at]
    lengths = np.diff(edges).reshape(-1, *[1] * (values.ndim - 1))
    return np.moveaxis(np.diff(upto, axis=0) / lengths, 0, axis)


def on_new_voxels(values, old_nm, new_nm, shape):
    for axis, (old, new) in enumerate(zip(reversed(old_nm), reversed(new_nm))):  # arrays are z, y, x
        values = averaged(values, axis, old, new, shape[axis])
    return values


def main(old_file, new_file, old_nm, new_nm, kind):
    old, new = np.load(old_file), np.load(new_file)
    old_nm, new_nm = ([float(v) for v in text.split(",")] for text in (old_nm, new_nm))
    if kind == "grey":
        expected = on_new_voxels(old, old_nm, new_nm, new.shape)
        worst = np.abs(new - expected).max() / np.abs(expected).max()
        allowed = 0.5 / np.abs(expected).max() + 1e-6 if new.dtype.kind in "iu" else 1e-5
        if worst > allowed:
            sys.exit(f"grey values differ by {worst} of the largest")
        return
    share_of = {v: on_new_voxels(old == v, old_nm, new_nm, new.shape) for v in np.unique(old)}
    largest = np.max(list(share_of.values()), axis=0)
    strange = set(np.unique(new)) - set(share_of)
    wrong = sum(int(np.count_nonzero((new == v) & (share < largest - 1e-6))) for v, share in share_of.items())
    if strange or wrong:
        sys.exit(f"{wrong} voxels have a label that is not the most frequent, new labels: {strange}")


main(*sys.argv[1:])
