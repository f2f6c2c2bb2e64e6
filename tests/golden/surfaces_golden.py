"""Area and volume (µm², µm³) of an iso-surface, by scikit-image. Writes surfaces_golden.txt.

Needs python3-numpy and python3-skimage (Debian). The field is the one in
src/cytomo/surfaces/extract_test.cpp, "AgreesWithAnIndependentMarchingCubes".
"""

import pathlib

import numpy as np
from skimage import measure

nx, ny, nz = 40, 44, 36
edges = np.array([0.01, 0.02, 0.02])  # z, y, x
z, y, x = np.meshgrid(np.arange(nz), np.arange(ny), np.arange(nx), indexing="ij")
bump = np.cos(0.35 * x) * np.sin(0.3 * y) + np.cos(0.25 * z)
field = 13 - np.sqrt((x - 19.3) ** 2 + (y - 21.6) ** 2 + (z - 17.2) ** 2) + 1.2 * bump
vertices, faces, _, _ = measure.marching_cubes(field.astype(np.float32), 0.0, spacing=tuple(edges), method="lorensen")
area = measure.mesh_surface_area(vertices, faces)
corners = vertices[faces].astype(np.float64)
volume = abs(np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])).sum() / 6)
pathlib.Path(__file__).with_name("surfaces_golden.txt").write_text(f"{area:.8g} {volume:.8g}\n")
