#!/usr/bin/python3
"""Line integrals, SIRT and filtered back-projection by a second, plain implementation (numpy from Debian 12).

  tests/golden/simulation_golden.py > tests/golden/simulation_golden.txt

The system matrix is written out ray by ray: linear interpolation in the rows or columns that the ray crosses more
steeply (P. M. Joseph 1982). SIRT is x += C A^T R (b - A x) with the matrix itself.
"""
import numpy as np

NX, NZ, VX, VZ = 11, 8, 0.02, 0.03
AXIS_X, AXIS_Z = 4.7, 3.9
DETECTORS, PITCH, AXIS_U = 17, 0.018, 8.3
SHIFT = 0.007
ANGLES = np.array([-90.0, -71.5, -60, -48, -45, -30, -10, 0, 12.5, 33, 45, 56, 65, 88])


def matrix(angles_deg, shift):
    a = np.zeros((len(angles_deg) * DETECTORS, NZ * NX))
    for t, angle in enumerate(np.radians(angles_deg)):
        c, s = np.cos(angle), np.sin(angle)
        by_rows = abs(c) * VX >= abs(s) * VZ
        for u in range(DETECTORS):
            where = (u - AXIS_U) * PITCH - shift  # x cos + z sin, µm from the axis
            row = a[t * DETECTORS + u]
            if by_rows:
                for k in range(NZ):
                    x = (where - (k - AXIS_Z) * VZ * s) / c / VX + AXIS_X
                    i = int(np.floor(x))
                    for j, w in ((i, 1 - (x - i)), (i + 1, x - i)):
                        if 0 <= j < NX:
                            row[k * NX + j] += w * VZ / abs(c)
            else:
                for i in range(NX):
                    z = (where - (i - AXIS_X) * VX * c) / s / VZ + AXIS_Z
                    k = int(np.floor(z))
                    for j, w in ((k, 1 - (z - k)), (k + 1, z - k)):
                        if 0 <= j < NZ:
                            row[j * NX + i] += w * VX / abs(s)
    return a


def record(name, values):
    values = np.asarray(values, float).ravel()
    print(name, len(values), *(f"{v:.9g}" for v in values))


def main():
    random = np.random.default_rng(5)
    x = random.integers(0, 10, (NZ, NX)).astype(float)
    record("geometry", [NX, NZ, VX, VZ, AXIS_X, AXIS_Z, DETECTORS, PITCH, AXIS_U, SHIFT])
    record("angles_deg", ANGLES)
    record("slice", x)
    record("lines", matrix(ANGLES, SHIFT) @ x.ravel())
    lines = random.integers(0, 10, len(ANGLES) * DETECTORS).astype(float)
    record("back_from", lines)
    record("back", matrix(ANGLES, SHIFT).T @ lines)

    # SIRT with all rays: none only grazes the volume in this set of angles by less than a fifth.
    a = matrix(ANGLES, 0)
    b = a @ x.ravel()
    rows = a.sum(1).reshape(len(ANGLES), DETECTORS)
    used = rows > 0.2 * rows.max(1, keepdims=True)
    r = np.where(used, 1 / np.maximum(rows, 1e-30), 0).ravel()
    columns = a.sum(0)
    # Columns as seen from all rays with weight 1, also those not used.
    cweights = np.where(columns > 0, 1 / np.maximum(columns, 1e-30), 0)
    found = np.zeros(NZ * NX)
    residuals = []
    for _ in range(5):
        difference = np.where(used.ravel(), b - a @ found, 0)
        residuals.append(np.sqrt((difference ** 2).sum() / len(b)))
        found = np.maximum(0, found + cweights * (a.T @ (r * difference)))
    record("sirt_images", b)
    record("sirt_5", found)
    record("sirt_residuals", residuals)


if __name__ == "__main__":
    main()
