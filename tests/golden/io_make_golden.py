#!/usr/bin/python3
"""Makes the files io_* in this folder with numpy, tifffile, h5py and libtiff's own tools' conventions.

The value at (z, y, x) is always (z * 100 + y * 10 + x) * step + first, so the tests need no table.
Run with Debian's python3-numpy, python3-tifffile, python3-h5py:  /usr/bin/python3 io_make_golden.py
"""
import struct

import h5py
import numpy as np
import tifffile

NZ, NY, NX = 3, 4, 5


def values(dtype, step=1, first=0):
    z, y, x = np.meshgrid(np.arange(NZ), np.arange(NY), np.arange(NX), indexing="ij")
    return ((z * 100 + y * 10 + x) * step + first).astype(dtype)


# .npy: order, byte order, versions, types
np.save("io_c_big_endian.npy", values(">i2", 3, -200))
np.save("io_fortran_float64.npy", np.asfortranarray(values("<f8", 0.25)))
np.save("io_bool.npy", values("<i4") % 2 == 1)
np.save("io_leading_one.npy", values("<u4", 1 << 20)[np.newaxis])
with open("io_version2.npy", "wb") as f:
    np.lib.format.write_array(f, values("<f2", 0.5), version=(2, 0))

# TIFF as others write it
v16 = values("<u2", 7)
tifffile.imwrite("io_imagej_big_endian.tif", values("<f4", 0.5, -1), imagej=True,
                 resolution=(1 / 0.02, 1 / 0.0125), metadata={"spacing": 0.01, "unit": "um", "axes": "ZYX"})
tifffile.imwrite("io_imagej_escaped_micron.tif", v16, imagej=True, resolution=(50.0, 80.0),
                 metadata={"spacing": 0.01, "unit": "\\u00B5m", "axes": "ZYX"})
tifffile.imwrite("io_imagej_nm.tif", v16, imagej=True, resolution=(1 / 20.0, 1 / 12.5),
                 metadata={"spacing": 10.0, "unit": "nm", "axes": "ZYX"})
tifffile.imwrite("io_imagej_channels.tif", np.stack([v16, v16 + 1], axis=1), imagej=True,
                 metadata={"axes": "ZCYX"})
tifffile.imwrite("io_bigtiff_tiled.tif", values("<i4", 100000, -7), bigtiff=True, tile=(16, 16),
                 compression="zlib", photometric="minisblack", metadata=None)
tifffile.imwrite("io_bigendian_strips.tif", values(">f8", 0.125), byteorder=">", rowsperstrip=2,
                 photometric="minisblack", metadata=None)
tifffile.imwrite("io_predictor.tif", v16, compression="zlib", predictor=True, photometric="minisblack", metadata=None)
tifffile.imwrite("io_rgb.tif", np.zeros((NZ, NY, NX, 3), np.uint8), photometric="rgb", metadata=None)
tifffile.imwrite("io_bilevel.tif", np.zeros((NY, NX), bool), metadata=None)
tifffile.imwrite("io_ome.ome.tif", np.stack([v16, v16 + 1]), ome=True,
                 metadata={"axes": "CZYX", "PhysicalSizeX": 20, "PhysicalSizeXUnit": "nm", "PhysicalSizeY": 0.0125,
                           "PhysicalSizeYUnit": "µm", "PhysicalSizeZ": 100, "PhysicalSizeZUnit": "Å"})

# HDF5
with h5py.File("io_deep_sxt.h5", "w") as f:
    f.create_dataset("t0/channel0", data=values("<f4", 0.5)[np.newaxis], chunks=(1, 2, 2, 3), compression="gzip")
    f.create_dataset("t0/channel1", data=values("<u1"))
with h5py.File("io_element_size.h5", "w") as f:
    d = f.create_dataset("volume", data=values(">i2", 5, -300))
    d.attrs["element_size_um"] = [0.01, 0.0125, 0.02]
    f.create_dataset("table", data=np.arange(4, dtype="<i4"))
with h5py.File("io_two.h5", "w") as f:
    f["first"] = values("<u2")
    f["group/second"] = values("<i4", 1000)

# MRC, field by field as the 2014 standard lists them, big-endian, permuted axes (columns are z, rows x, sections y)
data = np.transpose(values(">f4", 0.5), (1, 2, 0))  # (y, x, z): z fastest
header = bytearray(1024)
struct.pack_into(">3i", header, 0, NZ, NX, NY)
struct.pack_into(">i", header, 12, 2)
struct.pack_into(">3i", header, 16, 30, 10, -20)  # start of columns (z), rows (x), sections (y)
struct.pack_into(">3i", header, 28, NX, NY, NZ)
struct.pack_into(">3f", header, 40, 200 * NX, 125 * NY, 100 * NZ)
struct.pack_into(">3i", header, 64, 3, 1, 2)
struct.pack_into(">i", header, 92, 8)  # extended header
header[208:212] = b"MAP "
header[212:216] = bytes([0x11, 0x11, 0, 0])
with open("io_permuted_big_endian.mrc", "wb") as f:
    f.write(bytes(header) + b"extended" + data.tobytes())
