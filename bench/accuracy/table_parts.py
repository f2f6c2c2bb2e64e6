"""What the tables are made of: results, their names, and figures over seeds and tomograms."""
import json

import numpy as np

import jobs
import program

MINUTES = 10.0
CLASSES = {2: "nucleus", 3: "mitochondria", 4: "droplets", 5: "vesicles", 6: "filopodia"}
NAMES = {"default": "default model, no training", "semi": "semi", "supervised": "supervised",
         "double-decoder": "double decoder", "random-forest": "random forest", "random-forest-3d": "random forest, 3D",
         "threshold": "smoothed threshold"}
INITS = {"default": "from the default model", "none": "from nothing", "": ""}


def load():
    files = sorted(program.RESULTS.glob("*.json"))
    return [json.loads(file.read_text()) for file in files]


class Results:
    def __init__(self, records):
        self.records = records

    def find(self, **wanted):
        return [r for r in self.records if all(r[key] == value for key, value in wanted.items())]

    def metrics(self, **wanted):
        """Metrics of all seeds."""
        return [r["metrics"] for r in self.find(**wanted)]

    def rows_of(self, group, data):
        """(method, init, width, minutes, device, variant) of all that should be or has been measured, standard ones
        first."""
        keys = ["method", "init", "width", "minutes", "device", "variant"]
        rows = [tuple(getattr(job, k) for k in keys) for job in jobs.all_jobs(MINUTES)
                if job.group == group and job.data in data]
        rows += sorted(tuple(r[k] for k in keys) for r in self.records if r["group"] == group and r["data"] in data)
        return [dict(zip(keys, row)) for row in dict.fromkeys(rows)]


def row_name(row):
    name = NAMES[row["method"]] + (f", width {row['width']}" if row["width"] else "")
    if row["variant"]:
        name += f" ({row['variant']})"
    if row["init"]:
        name += ", " + INITS[row["init"]]
    if row["minutes"] not in (0, MINUTES):
        name += f", {row['minutes']:g} minutes"
    return name + (f", {row['device']}" if row["device"] != "cpu" else "")


def text(value, digits=3):
    return "-" if value is None or np.isnan(value) else f"{value:.{digits}f}"


def mean(values):
    """Of what is defined; None where nothing is."""
    values = [v for v in values if v is not None]
    return float(np.mean(values)) if values else None


def over_seeds(metrics, key):
    return mean([m[key] for m in metrics])


def share(metrics, size="_100nm"):
    """Recognised objects of all together; None without objects."""
    def classes(m):
        return [c for c in m["classes"] if c["id"] >= 2 and c["true_voxels"] > 0]
    found = sum(c["recognised_objects" + size] for m in metrics for c in classes(m))
    total = sum(c["objects_true" + size] for m in metrics for c in classes(m))
    return found / total if total else None


def class_dice(metrics, class_id):
    """Mean over the tomograms in whose truth the class occurs."""
    return mean([c["dice"] for m in metrics for c in m["classes"] if c["id"] == class_id and c["true_voxels"] > 0])


def markdown(head, rows, command):
    """A table; a sentence where there is nothing to show."""
    if not rows:
        return f"Not measured yet; `{command}` fills this table."
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", f"Made by `{command}`."])


def few(results, row, count, names):
    """Metrics by tomogram (lists over seeds) of one row; None unless each tomogram has some."""
    each = [results.metrics(group="few", data=name, slices=count, **row) for name in names]
    return each if all(each) else None


def few_figures(results, row, count, names):
    """Mean Dice and recognised share from 100 nm over the tomograms; (None, None) unless complete."""
    each = few(results, row, count, names)
    if each is None:
        return None, None
    return mean([over_seeds(m, "mean_dice") for m in each]), share([m for metrics in each for m in metrics])
