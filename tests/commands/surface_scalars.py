"""The same surfaces as PLY, VTP and GLB, read by VTK and by a plain reading of glTF, have the same numbers.

surface_scalars.py PLY_FOLDER VTP_FOLDER GLB_FOLDER; needs python3-vtk9 and python3-numpy (Debian).
"""

import json
import pathlib
import struct
import sys

import numpy as np
import vtk
from vtk.util.numpy_support import vtk_to_numpy


def read_vtk(reader, path):
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput()


def read_ply_scalars(path):
    """Vertex properties of a little-endian binary PLY file by name, from the header alone."""
    content = path.read_bytes()
    end = content.index(b"end_header\n") + len(b"end_header\n")
    types = {"float": "<f4", "uchar": "u1"}
    fields, count = [], 0
    for line in content[:end].decode().splitlines():
        words = line.split()
        if words[:2] == ["element", "vertex"]:
            count = int(words[2])
        elif words[0] == "element":
            break
        elif words[0] == "property":
            fields.append((words[2], types[words[1]]))
    return np.frombuffer(content, dtype=np.dtype(fields), count=count, offset=end)


def read_glb(path):
    content = path.read_bytes()
    magic, version, total = struct.unpack("<4sII", content[:12])
    assert magic == b"glTF" and version == 2 and total == len(content)
    size = struct.unpack("<I", content[12:16])[0]
    scene = json.loads(content[20 : 20 + size])
    block = content[28 + size :]
    kinds = {5126: ("<f4", 4), 5125: ("<u4", 4), 5121: ("u1", 1)}
    lanes = {"SCALAR": 1, "VEC3": 3, "VEC4": 4}

    def array(number):
        accessor = scene["accessors"][number]
        view = scene["bufferViews"][accessor["bufferView"]]
        kind, width = kinds[accessor["componentType"]]
        count = accessor["count"] * lanes[accessor["type"]]
        assert view["byteOffset"] % 4 == 0 and view["byteLength"] >= count * width
        values = np.frombuffer(block, dtype=kind, count=count, offset=view["byteOffset"])
        return values.reshape(accessor["count"], -1).squeeze()

    primitive = scene["meshes"][0]["primitives"][0]
    return {name: array(number) for name, number in primitive["attributes"].items()}


ply_folder, vtp_folder, glb_folder = (pathlib.Path(a) for a in sys.argv[1:4])
names = sorted(p.stem for p in ply_folder.glob("*.ply"))
assert names, "no meshes"
for name in names:
    vtp = read_vtk(vtk.vtkXMLPolyDataReader(), vtp_folder / f"{name}.vtp")
    ply = read_vtk(vtk.vtkPLYReader(), ply_folder / f"{name}.ply")
    scalars = read_ply_scalars(ply_folder / f"{name}.ply")
    glb = read_glb(glb_folder / f"{name}.glb")
    points = vtk_to_numpy(vtp.GetPoints().GetData())
    assert vtp.GetNumberOfPolys() == ply.GetNumberOfPolys() > 0
    assert np.array_equal(points, vtk_to_numpy(ply.GetPoints().GetData()))
    assert np.array_equal(points, glb["POSITION"])
    curvature = vtk_to_numpy(vtp.GetPointData().GetArray("mean_curvature_per_um"))
    unsupported = vtk_to_numpy(vtp.GetPointData().GetArray("unsupported"))
    assert np.array_equal(curvature, scalars["mean_curvature_per_um"], equal_nan=True)
    assert np.array_equal(unsupported, scalars["unsupported"])
    assert np.array_equal(np.nan_to_num(curvature, nan=0.0), glb["_MEAN_CURVATURE_PER_UM"])
    assert np.array_equal(unsupported, glb["_UNSUPPORTED"])
    assert set(np.unique(unsupported)) <= {0, 1}
    assert len(glb["COLOR_0"]) == len(points)

    # Vertices that VTK's own normals put into the wedge of 60° are those that are marked, but for its rim.
    normals_filter = vtk.vtkPolyDataNormals()
    normals_filter.SetInputData(vtp)
    normals_filter.SplittingOff()
    normals_filter.ConsistencyOff()
    normals_filter.Update()
    normals = vtk_to_numpy(normals_filter.GetOutput().GetPointData().GetNormals())
    tilt = np.degrees(np.arctan2(np.abs(normals[:, 2]), np.abs(normals[:, 0])))
    measured = np.isfinite(curvature)
    sure = measured & (np.abs(tilt - 60) > 15)
    agreement = np.mean((tilt > 60)[sure] == (unsupported > 0)[sure])
    assert agreement > 0.97, (name, agreement)
    print(f"{name}: {len(points)} points, marks agree at {agreement:.4f}")
