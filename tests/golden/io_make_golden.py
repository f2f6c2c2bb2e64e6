#!/usr/bin/python3
"""Makes the files io_* in this folder with numpy, tifffile, h5py, vigra and mrcfile.

The value at (z, y, x) is always (z * 100 + y * 10 + x) * step + first, so the tests need no table.
Run with Debian's python3-numpy, python3-tifffile, python3-h5py, python3-vigra, python3-mrcfile:
/usr/bin/python3 io_make_golden.py
"""
import json
import struct
import warnings

import h5py
import mrcfile
import numpy as np
import tifffile
import vigra

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

# What label tools save: 64-bit integers and bool. Even places hold labels, whatever the step.
big = 1 << 40
np.save("io_int64.npy", values("<i8", 3, -200))
np.save("io_uint64_big.npy", values("<u8", 7, big))
tifffile.imwrite("io_int64.tif", values("<i8", 3, -200), compression="zlib", photometric="minisblack")
tifffile.imwrite("io_uint64_big.tif", values(">u8", 7, big), byteorder=">", photometric="minisblack")
wide_bool = np.zeros((NZ, NY, 21), bool)  # rows that end within a byte
wide_bool[1, 2, 3::4] = wide_bool[2, 3, 20] = True
tifffile.imwrite("io_bool.tif", wide_bool)
np.save("io_wide_bool.npy", wide_bool)
with h5py.File("io_int64.h5", "w") as f:
    f["labels"] = values("<i8", 3, -200)
    f["big"] = values("<u8", 7, big)
    f["mask"] = wide_bool  # an enum of int8

# TIFF of tifffile without ImageJ's flag
plain = {"axes": "ZYX", "spacing": 0.01, "unit": "um"}
tifffile.imwrite("io_tifffile.tif", v16, photometric="minisblack", resolution=(1 / 0.02, 1 / 0.0125), metadata=plain)
tifffile.imwrite("io_tifffile_cm.tif", v16, photometric="minisblack", resolution=(1e4 / 0.02, 1e4 / 0.0125),
                 resolutionunit="CENTIMETER", metadata=plain)
tifffile.imwrite("io_tifffile_nm.tif", v16, photometric="minisblack", resolution=(1 / 20, 1 / 12.5),
                 resolutionunit="NONE", metadata={"axes": "ZYX", "spacing": 10, "unit": "nm"})
tifffile.imwrite("io_tifffile_unnamed.tif", v16, photometric="minisblack")
tifffile.imwrite("io_tifffile_rows_cm.tif", v16[0], resolution=(1e4 / 0.02, 1e4 / 0.0125), resolutionunit="CENTIMETER",
                 metadata=None)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it warns that three or four slices are stored as colours
    tifffile.imwrite("io_tifffile_three.tif", v16)
    tifffile.imwrite("io_tifffile_three_named.tif", values("<f4", 0.5, -1), resolution=(1 / 0.02, 1 / 0.0125),
                     metadata=plain)
    tifffile.imwrite("io_tifffile_four.tif", np.arange(4 * NY * NX, dtype="u1").reshape(4, NY, NX), compression="zlib")
    tifffile.imwrite("io_tifffile_three_bare.tif", v16, metadata=None)
    tifffile.imwrite("io_tifffile_colours_named.tif", v16, metadata={"axes": "SYX"})
    tifffile.imwrite("io_tifffile_channels.tif", np.stack([v16, v16 + 1, v16 + 2], axis=1), metadata={"axes": "ZCYX"})
tifffile.imwrite("io_tifffile_separate.tif", v16, photometric="minisblack", planarconfig="separate", metadata=None)
tifffile.imwrite("io_tifffile_yxz.tif", np.transpose(v16, (1, 2, 0)), metadata={"axes": "YXZ"})
tifffile.imwrite("io_tifffile_xyz.tif", np.transpose(v16, (2, 1, 0)), photometric="minisblack", metadata={"axes": "XYZ"})
tifffile.imwrite("io_tifffile_rgb.tif", np.zeros((NY, NX, 3), "u1"), photometric="rgb")
tifffile.imwrite("io_tifffile_times.tif", np.stack([v16, v16 + 1]), photometric="minisblack", metadata={"axes": "TZYX"})
tifffile.imwrite("io_tifffile_one_time.tif", v16[np.newaxis, :, np.newaxis], photometric="minisblack",
                 metadata={"axes": "TZCYX"})
tifffile.imwrite("io_tifffile_volumetric.tif", np.zeros((16, 16, 16), "u1"), volumetric=True)
with tifffile.TiffWriter("io_tifffile_one_by_one.tif") as f:
    for z in range(NZ):
        f.write(v16[z])
with tifffile.TiffWriter("io_tifffile_truncated.tif") as f:
    f.write(v16, photometric="minisblack", truncate=True)

# HDF5 whose axes have names: as vigra writes tags of its own accord, as ilastik adds units, and as h5py labels them
xyz = vigra.taggedView(np.ascontiguousarray(np.transpose(v16, (2, 1, 0))), vigra.defaultAxistags("xyz"))
with h5py.File("io_axistags.h5", "w") as f:
    d = f.create_dataset("xyz", data=xyz, chunks=(2, 3, 2), compression="gzip")
    d.attrs["axistags"] = xyz.axistags.toJSON()
with h5py.File("io_ilastik.h5", "w") as f:
    both = np.stack([v16, v16 + 1], axis=-1)[np.newaxis]
    tags = vigra.defaultAxistags("tzyxc")
    for key, nm in zip("zyx", (10, 12.5, 20)):
        tags.setResolution(key, nm)
    d = f.create_dataset("exported_data", data=both)
    d.attrs["axistags"] = tags.toJSON()
    d.attrs["axis_units"] = json.dumps({"t": "", "z": "nm", "y": "nm", "x": "nm", "c": ""})
with h5py.File("io_named_axes.h5", "w") as f:
    d = f.create_dataset("labelled", data=np.transpose(v16, (1, 0, 2)))  # y, z, x
    for i, label in enumerate("yzx"):
        d.dims[i].label = label
    d = f.create_dataset("plain", data=np.transpose(v16, (2, 0, 1)))  # x, z, y
    d.attrs["axes"] = "xzy"
    d = f.create_dataset("fixed", data=np.transpose(v16, (0, 2, 1)))  # z, x, y
    d.attrs["axistags"] = np.bytes_(vigra.defaultAxistags("zxy").toJSON())
    d = f.create_dataset("times", data=np.stack([v16, v16 + 1]))
    d.attrs["axes"] = ["t", "z", "y", "x"]
    d = f.create_dataset("wrong", data=v16)
    d.attrs["axistags"] = vigra.defaultAxistags("xyzc").toJSON()
with h5py.File("io_ones.h5", "w") as f:
    f["trailing"] = v16[..., np.newaxis]
    f["leading"] = v16[np.newaxis, np.newaxis]
    f["both"] = v16[:, np.newaxis, :, :, np.newaxis]
    f["slice"] = v16[np.newaxis, 0, :, :, np.newaxis]
    f["last_is_one"] = v16[..., :1]
    f["four"] = np.stack([v16, v16])
np.save("io_trailing_one.npy", v16[..., np.newaxis])

# An MRC file whose header claims an extended header that was never written: its values begin at byte 1024
with mrcfile.new("io_no_extended.mrc", overwrite=True) as f:
    f.set_data(v16.astype("i2"))
    f.voxel_size = (200, 125, 100)
    f.header.nsymbt = 160
