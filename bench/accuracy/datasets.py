"""What is measured on: simulated cells and which of their slices are labelled, and the measured tomograms.

Volumes are arrays (z, y, x), as tifffile reads them; slices count from 0.
"""
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import tifffile

import program
from metrics import IGNORE

SIZE = "256,256,96"

# No training has seen these seeds: training draws its cells from seeds of 100,000 upwards (train --seed times 100,000).
# --varied draws contents, microscope and export; what follows it is fixed. Training's ranges: voxels 11 to 33 nm, tilts to
# at least 55 degrees, photons 1,500 to 40,000 (at 2 degrees), sharpening to 0.9, blur to 30 nm, misalignment to 1.2 pixels.
SIMULATED = {f"{preset}-{seed}": ["--preset", preset, "--seed", str(seed)]
             for preset, seeds in (("cell-edge", range(7001, 7005)), ("perinuclear", range(7005, 7008)),
                                   ("suspension-cell", range(7008, 7010)), ("yeast", range(7010, 7011)))
             for seed in seeds}
WIDER = {name: options.split() for name, options in {
    "varied-cell-edge-7101": "--preset cell-edge --seed 7101 --varied",
    "varied-perinuclear-7102": "--preset perinuclear --seed 7102 --varied",
    "varied-suspension-cell-7103": "--preset suspension-cell --seed 7103 --varied",
    "varied-yeast-7104": "--preset yeast --seed 7104 --varied",
    "voxel-10-cell-edge-7105": "--preset cell-edge --seed 7105 --varied --voxel-nm 10",
    "voxel-36-perinuclear-7106": "--preset perinuclear --seed 7106 --varied --voxel-nm 36",
    "voxel-20-20-10-perinuclear-7107": "--preset perinuclear --seed 7107 --varied --voxel-nm 20,20,10",
    "tilts-45-cell-edge-7108": "--preset cell-edge --seed 7108 --varied --tilt-range -45,45",
    "photons-800-cell-edge-7109": "--preset cell-edge --seed 7109 --varied --photons 800 --tilt-step 2",
    "fbp-ramp-cell-edge-7110": "--preset cell-edge --seed 7110 --varied --reconstruction fbp --window ramp --smooth 0",
    "sharpened-8-bit-cell-edge-7111": "--preset cell-edge --seed 7111 --varied --bits 8 --sharpen 1.5 "
                                      "--sharpen-voxels 5 --clip 0.04,0.02",
    "blur-45-misaligned-perinuclear-7112": "--preset perinuclear --seed 7112 --varied --blur-nm 45 --misalignment 1.8",
}.items()}

# For choosing between models (compare): no table uses these.
DEVELOPMENT = {f"{options[1]}-{int(options[3]) - 1000}": [*options[:3], str(int(options[3]) - 1000)]
               for options in SIMULATED.values()}
ALL = {**SIMULATED, **WIDER, **DEVELOPMENT}

# Few labels: three cells with three slices each, one of them for the learning curve.
FEW = {"cell-edge-7002": (3,), "perinuclear-7005": (1, 3, 10, 30), "cell-edge-7004": (3,)}
# Cells for trials of how to learn from few slices: what is chosen on them is not measured on them.
FEW_DEVELOPMENT = ("cell-edge-6002", "perinuclear-6005", "cell-edge-6004")
LEAST_VOXELS = 20  # of a class in the labelled slices; see choose_slices


@dataclass
class Case:
    """One tomogram with labels to learn from and a truth to be measured by."""
    name: str
    image: Path
    voxel_nm: str
    truth: np.ndarray = None                         # 255 where nothing is measured
    labels: np.ndarray = None                        # 255 where nothing is known; None: no labels
    instances_file: Path = None
    instances: np.ndarray = None
    whole: tuple = None                              # truth and instances before labelled slices were set to 255
    classes: str = None                              # for train --classes; None: those of the default model
    unlabelled: list = field(default_factory=list)
    match: dict = None                               # for the default model as it is: its class to the truth's
    tell_voxel: bool = False                         # the file carries no voxel size
    notes: dict = field(default_factory=dict)

    def checksums(self):
        # A changed simulator makes other cells under the same name; tables must be able to tell.
        parts = {"image": program.sha256(self.image)}
        for name in ("truth", "labels"):
            values = getattr(self, name)
            if values is not None:
                parts[name] = hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()[:16]
        return parts


# The cells that the tables were measured on: there filopodia run through each other where they meet.
CELLS = Path(__file__).with_name("cells.json")


def simulated_cell(name, threads=0):
    """Folder of a cell of SIMULATED or WIDER; made on first use, and anew when its options have changed."""
    options = ALL[name]
    folder = program.BUILD / "cells" / name
    recipe = folder / "recipe.txt"
    arguments = ["simulate", folder, "--size", SIZE, "--config", CELLS, *options]
    if not recipe.exists() or recipe.read_text() != program.written(arguments):
        folder.parent.mkdir(parents=True, exist_ok=True)
        program.call([*arguments, "--overwrite", "--quiet"], threads)
        program.write_whole(recipe, program.written(arguments))
    return folder


def voxel_of(options):
    size = options[options.index("--voxel-nm") + 1] if "--voxel-nm" in options else "20"
    return size if "," in size else ",".join([size] * 3)


def simulated_case(name, threads=0):
    folder = simulated_cell(name, threads)
    return Case(name, folder / "tomogram.mrc", voxel_of(ALL[name]),
                truth=tifffile.imread(folder / "classes.tif"), instances_file=folder / "instances.tif",
                instances=tifffile.imread(folder / "instances.tif"))


def choose_slices(truth, count):
    """Evenly spaced slices, the first half a gap from the end, all moved together by the least shift (towards z = 0
    first) that lets every class which occurs in the volume be seen with LEAST_VOXELS voxels; if no shift does, the
    one with most such classes. Nothing else about the labels is looked at."""
    depth = truth.shape[0]
    voxels = np.stack([np.bincount(plane.ravel(), minlength=256)[:IGNORE] for plane in truth])
    even = ((np.arange(count) + 0.5) * depth / count).astype(int)
    best, most = even, -1
    reach = depth // 2 if count == 1 else depth // (2 * count)
    for shift in sorted(range(-reach, reach + 1), key=lambda s: (abs(s), s)):
        slices = even + shift
        if slices[0] < 0 or slices[-1] >= depth:
            continue
        seen = np.count_nonzero(voxels[slices].sum(0) >= LEAST_VOXELS)
        if seen > most:
            best, most = slices, seen
    return [int(z) for z in best]


def few_labels_case(name, count, threads=0):
    case = simulated_case(name, threads)
    slices = choose_slices(case.truth, count)
    case.whole = (case.truth, case.instances)
    case.labels = np.full_like(case.truth, IGNORE)
    case.labels[slices] = case.truth[slices]
    case.truth = case.truth.copy()
    case.truth[slices] = IGNORE
    case.notes = {"labelled_slices": slices}
    return case


def u2os_case():
    """Mitochondria; the training part lies left of the test part."""
    given = tifffile.imread(program.DATA / "u2os_sxt_mito_labels_left.tif")
    labels, truth = np.full_like(given, IGNORE), np.full_like(given, IGNORE)
    labels[0:6:2, :, :160] = given[0:6:2, :, :160]
    truth[:, :, 160:236] = given[:, :, 160:236]
    return Case("u2os", program.DATA / "u2os_sxt_raw.tif", "20,20,10", truth, labels, classes="1=mitochondrion",
                match={3: 1}, notes={"training": "z = 0, 2, 4; x < 160", "test": "all six slices; 160 <= x < 236"})


def capillary_case():
    """Whole cells. The file tells no voxel size: 20 nm are claimed, so that nothing is resampled; the cells are some
    ten times larger than that makes them. Two of the labelled planes hold cells: one to learn from, one to be tested
    on, with an empty one."""
    given = tifffile.imread(program.DATA / "capillary_sxt_cell_labels_zplanes.tif")
    labels, truth = np.full_like(given, IGNORE), np.full_like(given, IGNORE)
    for z in (0, 11, 34, 57):
        labels[z] = given[z]
    for z in (22, 45):
        truth[z] = given[z]
    return Case("capillary", program.DATA / "capillary_sxt_raw.tif", "20,20,20", truth, labels, classes="1=cell",
                match={c: 1 for c in range(1, 7)}, tell_voxel=True,
                notes={"training": "planes 0, 11, 34, 57", "test": "planes 22, 45", "voxel": "not known, 20 nm claimed"})


def vnc_case():
    """Sections of 50 nm with pixels of 4.6 nm; the sections between the labelled ones and the test sections are in the
    same file as images without labels."""
    given = tifffile.imread(program.DATA / "vnc_stack1_train_labels.tif")
    labels, truth = np.full_like(given, IGNORE), np.full_like(given, IGNORE)
    for z in (1, 4, 7):
        labels[z] = given[z]
    truth[9:12] = given[9:12]
    return Case("vnc", program.DATA / "vnc_stack1_train_raw.tif", "4.6,4.6,50", truth, labels,
                classes="1=membrane,2=mitochondrion,3=synapse,4=glia", match={3: 2},
                unlabelled=[program.DATA / "vnc_stack2_unlabelled_raw.tif"],
                notes={"training": "sections 1, 4, 7", "test": "sections 9, 10, 11"})


REAL = {"u2os": u2os_case, "capillary": capillary_case, "vnc": vnc_case}


def read_image(path):
    """Grey values (z, y, x) of a TIFF file, or of an MRC file in this machine's byte order."""
    if path.suffix != ".mrc":
        return tifffile.imread(path)
    header = np.fromfile(path, np.int32, 256)
    kinds = {0: np.int8, 1: np.int16, 2: np.float32, 6: np.uint16}
    x, y, z, mode = (int(v) for v in header[:4])
    return np.fromfile(path, kinds[mode], x * y * z, offset=1024 + int(header[23])).reshape(z, y, x)


def write_labels(path, values, voxel_nm):
    """A label volume as Fiji would save it, with its voxel size."""
    x, y, z = (float(v) / 1000 for v in voxel_nm.split(","))
    tifffile.imwrite(path, values, imagej=True, resolution=(1 / x, 1 / y),
                     metadata={"spacing": z, "unit": "um", "axes": "ZYX"})
