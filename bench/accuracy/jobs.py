"""What is measured: one Job for each cell of the tables, and how it is carried out."""
import json
import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import tifffile

import datasets
import metrics
import program
import random_forest

# Of the program's train command: options beyond the common ones, the starting points that make sense, and whether
# unlabelled tomograms can be given. The double decoder is another network than the default model's, so it starts from
# nothing.
TRAINED = {
    "semi": {"options": [], "inits": ("default", "none"), "unlabelled": True},
    "supervised": {"options": [], "inits": ("default", "none"), "unlabelled": False},
    "double-decoder": {"options": [], "inits": ("none",), "unlabelled": True},
}
# The user's alternatives; they take as long as they take.
ALTERNATIVES = {"random-forest": "forest", "random-forest-3d": "forest", "threshold": "threshold"}


@dataclass(frozen=True)
class Job:
    group: str          # simulated, wider, few, real, development
    data: str           # a name of datasets
    method: str         # default (the model that comes with cytomo), or a name above
    slices: int = 0     # labelled ones (few)
    init: str = ""
    width: int = 0      # double-decoder
    minutes: float = 0
    seed: int = 0
    device: str = "cpu"
    variant: str = ""   # a name for further options of the command
    options: tuple = ()

    def name(self):
        """Name of the result, and of its file."""
        parts = [self.group, self.data]
        if self.slices:
            parts.append(f"slices-{self.slices:02d}")
        parts.append(self.method + (f"-{self.width}" if self.width else "") + (f"+{self.variant}" if self.variant else ""))
        if self.init:
            parts.append(f"init-{self.init}")
        if self.minutes:
            parts.append(f"minutes-{self.minutes:g}")
        if self.seed:
            parts.append(f"seed-{self.seed}")
        if self.device != "cpu":
            parts.append(self.device.replace(":", "-"))
        return "_".join(parts)

    def file(self):
        return program.RESULTS / f"{self.name()}.json"


def trained_jobs(group, data, minutes, seeds, widths, device, variant, options, slices=0, from_nothing=True):
    """Without from_nothing, each method only in the way its users take: from the default model if it can."""
    for seed in seeds:
        for method in TRAINED:
            for init in TRAINED[method]["inits"] if from_nothing else TRAINED[method]["inits"][:1]:
                for width in widths if method == "double-decoder" else (0,):
                    yield Job(group, data, method, slices, init, width, minutes, seed, device, variant, tuple(options))


def all_jobs(minutes=10.0, seeds=(1,), widths=(16,), device="cpu", variant="", options=()):
    """In the order they are carried out: quick and important ones first."""
    jobs = [Job("simulated", name, "default") for name in datasets.SIMULATED]
    jobs += [Job("wider", name, "default") for name in datasets.WIDER]
    training = (minutes, seeds, widths, device, variant, options)
    jobs += [Job("real", name, "default") for name in datasets.REAL]
    jobs += trained_jobs("real", "u2os", *training, from_nothing=False)
    jobs += [Job("real", "u2os", method, seed=1 if "forest" in method else 0) for method in ALTERNATIVES]
    for count in (3, 1, 10, 30):
        for name, counts in datasets.FEW.items():
            if count not in counts:
                continue
            jobs.append(Job("few", name, "default", count))
            jobs += trained_jobs("few", name, *training, slices=count, from_nothing=count == 3)
            if count == 3:
                jobs.append(Job("few", name, "random-forest", count, seed=1))
    for name in ("capillary", "vnc"):
        jobs += trained_jobs("real", name, *training, from_nothing=False)
        jobs += [Job("real", name, method, seed=1 if "forest" in method else 0)
                 for method in ALTERNATIVES
                 if (name, method) != ("vnc", "random-forest-3d")]  # 7 GB, and sections lie too far apart for it
    return jobs


def development_jobs(minutes=10.0, seeds=(1,), device="cpu", variant="", options=()):
    """Three slices of other cells, for trials."""
    jobs = []
    for name in datasets.FEW_DEVELOPMENT:
        jobs.append(Job("development", name, "default", 3))
        jobs += trained_jobs("development", name, minutes, seeds, (16,), device, variant, options, slices=3)
    return jobs


def make_case(job, threads):
    if job.group == "real":
        return datasets.REAL[job.data]()
    if job.group in ("few", "development"):
        return datasets.few_labels_case(job.data, job.slices, threads)
    return datasets.simulated_case(job.data, threads)


def train(job, case, folder, threads):
    """Command line and cost of the training, the model's file."""
    labels, model = folder / "labels.tif", folder / "model.safetensors"
    datasets.write_labels(labels, case.labels, case.voxel_nm)
    arguments = ["train", "--images", case.image, "--labels", labels]
    if case.unlabelled and TRAINED[job.method]["unlabelled"]:
        arguments += ["--unlabelled", *case.unlabelled]
    if case.classes:
        arguments += ["--classes", case.classes]
    if case.tell_voxel:
        arguments += ["--voxel-nm", case.voxel_nm]
    arguments += ["--method", job.method, *TRAINED[job.method]["options"]]
    if job.width:
        arguments += ["--width", job.width]
    if job.init == "none":
        arguments += ["--init", "none"]
    arguments += ["--minutes", f"{job.minutes:g}", "--seed", job.seed, *job.options]
    if job.device != "cpu":
        arguments += ["--device", job.device]
    arguments += ["-o", model, "--overwrite", "--quiet"]
    _, cost = program.call(arguments, threads)
    return arguments, cost, model


def predict(job, case, folder, threads, record):
    """The file with the predicted classes; writes into record how it came about."""
    found = folder / "found.tif"
    kind = ALTERNATIVES.get(job.method)
    start = time.perf_counter()
    if kind == "forest":
        image = datasets.read_image(case.image)
        classes = random_forest.random_forest(image, case.labels, job.method.endswith("3d"), seed=job.seed,
                                              jobs=threads or len(os.sched_getaffinity(0)))
    elif kind == "threshold":
        classes, record["chosen"] = random_forest.smoothed_threshold(datasets.read_image(case.image), case.labels)
    if kind:
        record["alternative"] = {"seconds": round(time.perf_counter() - start, 2)}
        datasets.write_labels(found, classes, case.voxel_nm)
        return found, None
    commands = []
    segment = ["segment", case.image, found, "--overwrite", "--quiet"]
    if job.method != "default":
        command, record["train"], model = train(job, case, folder, threads)
        commands.append(command)
        record["model"] = program.model_record(model)
        told = record["model"]["record"].get("method")
        if told != job.method:  # a name that the program takes for another would fill the tables with untruths
            raise program.Failed(f"the model says it was trained by '{told}', not by '{job.method}'")
        segment += ["--model", model]
    else:
        record["model"] = {"checksum": program.default_model()}
    if case.tell_voxel:
        segment += ["--voxel-nm", case.voxel_nm]
    _, record["segment"] = program.call(segment, threads)
    record["commands"] = [program.written(c).replace(str(folder) + "/", "") for c in [*commands, segment]]
    return found, case.match if job.method == "default" else None


def carry_out(job, threads=0, keep=False):
    """Measures and writes the result. Raises program.Failed when a command fails; nothing is written then."""
    record = {"name": job.name(), **job.__dict__, "options": list(job.options)}
    record["circumstances"] = program.circumstances(threads)
    case = make_case(job, threads)
    record["inputs"], record["notes"], record["voxel_nm"] = case.checksums(), case.notes, case.voxel_nm
    with tempfile.TemporaryDirectory(prefix="cytomo-accuracy-") as temporary:
        folder = Path(temporary)
        if keep:
            folder = program.BUILD / "kept" / job.name()
            folder.mkdir(parents=True, exist_ok=True)
        found, match = predict(job, case, folder, threads, record)
        if match:
            record["match"] = match
        truth, instances_file, instances = folder / "truth.tif", None, None
        datasets.write_labels(truth, case.truth, case.voxel_nm)
        if case.instances is not None:
            instances_file, instances = case.instances_file, case.instances
        record["metrics"] = metrics.evaluate(found, truth, tifffile.imread(found), case.truth, case.voxel_nm,
                                             instances_file, instances, case.whole, match, threads, case.classes)
    if program.sha256(program.CYTOMO) != record["circumstances"]["program_sha256"]:
        raise program.Failed(f"{program.CYTOMO} was built anew during the measurement; measure again")
    program.write_whole(job.file(), json.dumps(record, indent=1, default=str) + "\n")
    return record
