"""Calls of the program under test, and what a result must tell about how it was made."""
import hashlib
import json
import os
import platform
import struct
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CYTOMO_ACCURACY", ROOT / "build/accuracy"))
RESULTS = Path(os.environ.get("CYTOMO_ACCURACY_RESULTS", ROOT / "bench/accuracy/results"))
CYTOMO = os.environ.get("CYTOMO", str(ROOT / "build/release/cytomo"))
DATA = Path(os.environ.get("CYTOMO_DATA", ROOT.parent / "shared/data"))
# What the program is made of: commits of other files (results, documents) do not make it older than its tree.
SOURCES = ("CMakeLists.txt", "cmake", "commands", "src", "models/*.safetensors")


class Failed(Exception):
    """A command that ended with an error: its last lines."""


def call(arguments, threads=0):
    """Runs `cytomo ARGUMENTS`. Returns its standard output and what it cost: seconds by the clock and of the
    processor, largest memory in MB. Raises Failed."""
    command = [CYTOMO, *map(str, arguments)] + (["--threads", str(threads)] if threads else [])
    environment = dict(os.environ, **({"OMP_NUM_THREADS": str(threads)} if threads else {}))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        try:
            process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        except OSError as problem:
            raise SystemExit(f"{CYTOMO}: {problem.strerror}. Build it (make), or name it: CYTOMO=PATH")
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:  # an interruption: a training of ten minutes must not go on alone
            process.terminate()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        cost = {"seconds": round(time.perf_counter() - start, 2),
                "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 2),
                "peak_mb": round(usage.ru_maxrss / 1024)}
        out.seek(0)
        err.seek(0)
        if process.returncode != 0:
            lines = err.read().decode(errors="replace").strip().splitlines()[-3:]
            raise Failed(f"cytomo {' '.join(map(str, arguments))}: exit code {process.returncode}: {' / '.join(lines)}")
        return out.read().decode(), cost


def written(arguments):
    """A command as it would be typed, without the paths of this machine."""
    return " ".join(["cytomo", *(str(a).replace(str(ROOT) + "/", "").replace(str(DATA) + "/", "$CYTOMO_DATA/")
                                 for a in arguments)])


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]


def model_record(path):
    """What a model tells of its training, and a fingerprint of the whole file."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        metadata = json.loads(file.read(length)).get("__metadata__", {})
    return {"file_sha256": sha256(path), "record": json.loads(metadata.get("cytomo", "{}")).get("record", {})}


def default_model():
    """Checksum of the model the program takes by itself, as `cytomo version` names it."""
    for line in call(["version"])[0].splitlines():
        if line.startswith("model "):
            return line.split()[1]
    raise SystemExit("cytomo version names no default model")


def program_source():
    """(commit, remark) of the tree that the program was built in, which need not be this one. The program does not
    tell its commit, so sources that were committed after it was built are remarked on: the two may not belong
    together. "-dirty" says that sources differ from the commit's. CYTOMO_COMMIT names it for a program that was put
    aside."""
    if named := os.environ.get("CYTOMO_COMMIT"):
        return named, ""
    folder = Path(CYTOMO).resolve().parent
    def git(*arguments):
        done = subprocess.run(["git", "-C", folder, *arguments], capture_output=True, text=True)
        return done.stdout.strip() if done.returncode == 0 else ""
    commit = git("describe", "--always")
    if not commit:
        return "-", "the program lies in no repository"
    sources = [f":(top){name}" for name in SOURCES]
    changed = git("status", "--porcelain", "--", *sources)
    younger = int(git("log", "-1", "--format=%ct", "--", *sources) or 0) > os.stat(CYTOMO).st_mtime
    return commit + ("-dirty" if changed else ""), "the program is older than this commit" if younger else ""


def instructions():
    """The widest that this processor has of those that cytomo uses: they decide how much ten minutes are."""
    flags = next((line.split() for line in open("/proc/cpuinfo") if line.startswith("flags")), [])
    return next((name for name in ("avx512_bf16", "avx512f", "avx2") if name in flags), "")


def circumstances(threads):
    """Program, model and machine of this moment."""
    cpu = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
               platform.processor())
    commit, remark = program_source()
    return {"commit": commit, "commit_remark": remark, "program_version": call(["version"])[0].splitlines()[0],
            "program_sha256": sha256(CYTOMO), "default_model": default_model(), "machine": cpu,
            "instructions": instructions(),
            "cores": len(os.sched_getaffinity(0)), "threads": threads or len(os.sched_getaffinity(0)),
            "load_before": round(os.getloadavg()[0], 2), "date": time.strftime("%Y-%m-%d")}


def write_whole(path, text):
    """The file appears whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + f".partial-{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)
