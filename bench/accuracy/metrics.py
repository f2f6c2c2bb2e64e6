"""`cytomo evaluate` and, beside it, the same figures counted with numpy and scipy: a difference stops the run."""
import json

import numpy as np
from scipy import ndimage

import program

IGNORE = 255
CORNERS = np.ones((3, 3, 3), bool)


def renamed(classes, match):
    """The prediction's classes under the truth's numbers; match as {predicted: true}; others become background."""
    if not match:
        return classes
    table = np.zeros(256, np.uint8)
    table[IGNORE] = IGNORE
    for predicted, true in match.items():
        table[predicted] = true
    return table[classes]


def dice(prediction, truth):
    """{class: Dice} of all classes but 0 that occur in either; voxels that either ignores count nowhere."""
    seen = (truth != IGNORE) & (prediction != IGNORE)
    p, t = prediction[seen], truth[seen]
    return {int(c): 2 * np.count_nonzero((p == c) & (t == c)) / (np.count_nonzero(p == c) + np.count_nonzero(t == c))
            for c in np.union1d(p, t) if c != 0}


def number_objects(classes):
    """What hangs together, corners included, of one class each: numbers on the volume, class of each number."""
    numbers = np.zeros(classes.shape, np.int32)
    class_of = [0]
    for c in np.unique(classes):
        if c in (0, IGNORE):
            continue
        pieces, count = ndimage.label(classes == c, CORNERS)
        numbers[pieces > 0] = pieces[pieces > 0] + len(class_of) - 1
        class_of += [int(c)] * count
    return numbers, np.array(class_of)


def true_objects(truth, instances):
    """The same where touching objects have been told apart: an object's class is what most of its voxels have."""
    if instances is None:
        return number_objects(truth)
    count = int(instances.max()) + 1
    votes = np.bincount(instances.ravel().astype(np.int64) * 256 + truth.ravel(), minlength=count * 256)
    votes = votes.reshape(count, 256)
    votes[:, 0] = votes[:, IGNORE] = 0
    class_of = votes.argmax(1)
    class_of[0] = 0
    numbers = np.where(class_of[instances] == truth, instances, 0)
    return np.where(truth == 0, 0, numbers).astype(np.int32), class_of


def thickness_um(numbers, voxel_um):
    """Of each object: twice the largest distance of a voxel's centre to one that is not of the object; what lies
    beyond the volume ends no object. voxel_um: x, y, z."""
    result = np.zeros(int(numbers.max()) + 1)
    for number, box in enumerate(ndimage.find_objects(numbers), start=1):
        if box is None:
            continue
        around = tuple(slice(max(0, s.start - 1), s.stop + 1) for s in box)
        mask = numbers[around] == number
        result[number] = np.inf if mask.all() else 2 * ndimage.distance_transform_edt(
            mask, sampling=tuple(reversed(voxel_um))).max()
    return result


def recognised_objects(prediction, truth, instances=None):
    """(numbers on the volume, class of each true object, whether it is recognised, whether it occurs), by the
    definition of measures/agreement.h: more than half of it is covered by predicted objects of its class that
    themselves lie by more than half on that class in the truth."""
    prediction = np.where(truth == IGNORE, IGNORE, prediction)
    truth = np.where(prediction == IGNORE, IGNORE, truth)
    numbers, class_of = true_objects(truth, instances)
    found, class_of_found = number_objects(prediction)
    voxels = np.bincount(numbers.ravel(), minlength=len(class_of))
    on_class = class_of_found[found] == truth
    share = np.bincount(found[on_class], minlength=len(class_of_found)) / np.maximum(
        1, np.bincount(found.ravel(), minlength=len(class_of_found)))
    trusted = share > 0.5
    trusted[0] = False
    covering = trusted[found] & (class_of_found[found] == class_of[numbers])
    covered = np.bincount(numbers[covering], minlength=len(class_of))
    occurs = (voxels > 0) & (class_of > 0)
    occurs[0] = False
    return numbers, class_of, occurs & (2 * covered > voxels), occurs


def check(condition, what):
    """Not an assert: it must hold under python -O as well."""
    if not condition:
        raise SystemExit(f"cytomo evaluate and numpy disagree about {what}; nothing can be trusted until one is mended")


def evaluate(prediction_file, truth_file, prediction, truth, voxel_nm, instances_file=None, instances=None,
             whole=None, match=None, threads=0, classes=None):
    """The JSON of `cytomo evaluate`, checked against numpy, with these additions:
    per class recognised_objects and recognised_objects_100nm as counts; with `whole` (truth and instances before
    parts were set to ignore): the objects of 100 nm are those that are thick as a whole, and not what labelled
    slices left of them. objects_100nm_from says which. mean_dice_all: mean over all classes in the truth but 0."""
    arguments = ["evaluate", prediction_file, truth_file, "--json", "--quiet", "--connected", "--voxel-nm", voxel_nm]
    if classes:  # as for cytomo train: what the truth's values are
        arguments += ["--truth-legend", classes]
    if instances_file:
        arguments += ["--truth-instances", instances_file]
    for predicted, true in (match or {}).items():
        arguments += ["--match", f"{predicted}={true}"]
    text, _ = program.call(arguments, threads)
    result = json.loads(text)
    prediction = renamed(prediction, match)

    ours = dice(prediction, truth)
    theirs = {c["id"]: c["dice"] for c in result["classes"]}
    check(ours.keys() == theirs.keys(), f"the classes: {sorted(ours)} and {sorted(theirs)}")
    for c, value in ours.items():
        check(abs(value - theirs[c]) < 1e-9, f"Dice of class {c}: {theirs[c]} and {value}")

    voxel_um = [float(v) / 1000 for v in voxel_nm.split(",")]
    numbers, class_of, recognised, occurs = recognised_objects(prediction, truth, instances)
    thick = thickness_um(numbers, voxel_um) > 0.1 * (1 - 1e-6)
    thick = np.pad(thick, (0, len(class_of) - len(thick)))
    for c in result["classes"]:
        mine = occurs & (class_of == c["id"])
        c["recognised_objects"] = int(np.count_nonzero(mine & recognised))
        c["recognised_objects_100nm"] = int(np.count_nonzero(mine & thick & recognised))
        check(c["objects_true"] == np.count_nonzero(mine), f"objects of class {c['id']}")
        check(c["objects_true_100nm"] == np.count_nonzero(mine & thick), f"objects of class {c['id']} from 100 nm")
        for all_of, some in (("objects_true", "recognised"), ("objects_true_100nm", "recognised_100nm")):
            counted = c["recognised_objects" + some.removeprefix("recognised")]
            check(abs((c[some] or 0) * c[all_of] - counted) < 1e-6, f"recognised objects of class {c['id']}")
    result["objects_100nm_from"] = "objects as compared"
    if whole is not None:
        whole_numbers, _ = true_objects(*whole)
        thick = thickness_um(whole_numbers, voxel_um) > 0.1 * (1 - 1e-6)
        thick = np.pad(thick, (0, max(0, len(class_of) - len(thick))))[:len(class_of)]
        count_thick(result, class_of, recognised, occurs & thick)
        result["objects_100nm_from"] = "whole objects"
    in_truth = [c["dice"] for c in result["classes"] if c["true_voxels"] > 0]
    result["mean_dice_all"] = float(np.mean(in_truth)) if in_truth else None
    return result


def count_thick(result, class_of, recognised, counted):
    """Counts of objects from 100 nm anew, for the objects that `counted` names."""
    total = found = 0
    object_classes = [c for c in result["classes"] if c["id"] >= 2 and c["true_voxels"] > 0] or result["classes"]
    for c in result["classes"]:
        mine = counted & (class_of == c["id"])
        c["objects_true_100nm"] = int(np.count_nonzero(mine))
        c["recognised_objects_100nm"] = int(np.count_nonzero(mine & recognised))
        c["recognised_100nm"] = c["recognised_objects_100nm"] / c["objects_true_100nm"] if mine.any() else None
        if c in object_classes:
            total += c["objects_true_100nm"]
            found += c["recognised_objects_100nm"]
    result["objects_true_100nm"], result["recognised_100nm"] = total, found / total if total else None
