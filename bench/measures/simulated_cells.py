"""Measured objects of simulated cells beside their truth."""
import csv
import json
import pathlib

import numpy as np
import tifffile

CLASSES = {1: "cytoplasm", 2: "nucleus", 3: "mitochondrion", 4: "lipid droplet", 5: "vesicle", 6: "filopodium"}
# As default_instance_options: smaller true objects are not asked for (µm³).
LEAST_UM3 = {1: 0.05, 2: 0.2, 3: np.pi / 6 * 0.16**3, 4: np.pi / 6 * 0.06**3, 5: np.pi / 6 * 0.06**3,
             6: np.pi / 6 * 0.1**3}


def read_table(file):
    with open(file, newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    for row in rows:
        for key, value in row.items():
            try:
                row[key] = float(value) if value != "" else float("nan")
            except (TypeError, ValueError):
                pass
    return rows


def overlaps(truth, found):
    """Shared voxels of each pair (true number, found number), and sizes of both."""
    both = (truth > 0) & (found > 0)
    pairs, shared = np.unique(truth[both].astype(np.int64) << 32 | found[both].astype(np.int64), return_counts=True)
    sizes_true = np.bincount(truth.ravel()[truth.ravel() > 0])
    sizes_found = np.bincount(found.ravel()[found.ravel() > 0])
    return [(int(p >> 32), int(p & 0xFFFFFFFF), int(n)) for p, n in zip(pairs, shared)], sizes_true, sizes_found


class Cell:
    """One simulated cell: `folder` as written by cytomo simulate, `measured` by cytomo analyze or measure."""

    def __init__(self, folder, measured):
        self.name = pathlib.Path(folder).name
        self.truth = json.loads((pathlib.Path(folder) / "truth.json").read_text())
        self.true = {o["instance"]: o for o in self.truth["objects"]}
        self.true_filopodia = {f["instance"]: f for f in self.truth["filopodia"]}
        self.found = {int(o["object"]): o for o in read_table(pathlib.Path(measured) / "objects.csv")}
        self.found_filopodia = {int(f["object"]): f for f in read_table(pathlib.Path(measured) / "filopodia.csv")}
        true_numbers = tifffile.imread(pathlib.Path(folder) / "instances.tif")
        found_numbers = tifffile.imread(pathlib.Path(measured) / "instances.tif")
        if true_numbers.shape != found_numbers.shape:  # the model's own grid: nearest voxels of the truth
            at = [((np.arange(n) + 0.5) * m / n).astype(int) for n, m in zip(found_numbers.shape, true_numbers.shape)]
            true_numbers = true_numbers[np.ix_(*at)]
        pairs, sizes_true, sizes_found = overlaps(true_numbers, found_numbers)
        scored = []
        for t, f, shared in pairs:
            if t not in self.true or f not in self.found or self.true[t]["class_id"] != self.found[f]["class_id"]:
                continue
            scored.append((shared / (sizes_true[t] + sizes_found[f] - shared), t, f))
        scored.sort(key=lambda s: (-s[0], s[1], s[2]))
        self.matches, used_true, used_found = [], set(), set()  # (true, found, intersection over union)
        for iou, t, f in scored:
            if iou >= 0.2 and t not in used_true and f not in used_found:
                self.matches.append((t, f, iou))
                used_true.add(t)
                used_found.add(f)
        self.false = [f for f in self.found if f not in used_found]
        self.missed = [t for t, o in self.true.items() if t not in used_true
                       and o["labelled_volume_um3"] >= LEAST_UM3.get(o["class_id"], 0)]

    def true_count(self, class_id):
        return sum(self.true[t]["class_id"] == class_id for t, _, _ in self.matches) + sum(
            self.true[t]["class_id"] == class_id for t in self.missed)

    def true_volume_um3(self, class_id):
        return sum(o["labelled_volume_um3"] for o in self.true.values() if o["class_id"] == class_id)


def true_volume_um3(o):
    """Exact where known: cut or overlapped objects have the volume of their voxels."""
    return o["labelled_volume_um3"] if o["volume_um3"] is None or o["touches_border"] else o["volume_um3"]
