#!/usr/bin/python3
"""Whether the files of a result say the same (see one_truth.sh): one_truth.py CHECK ARGUMENT…"""
import csv
import html
import json
import math
import os
import re
import struct
import sys
from pathlib import Path


def table(folder, name):
    with open(Path(folder, name + ".csv"), newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def summary(folder):
    return json.loads(Path(folder, "summary.json").read_text(encoding="utf-8"))


def number(text):
    return float(text) if text else math.nan


def equal(what, a, b, relative=2e-9):  # files have ten digits: sums of them are as near as that
    a, b = float(a), float(b)
    if not (abs(a - b) <= relative * max(abs(a), abs(b)) or (math.isnan(a) and math.isnan(b))):
        raise SystemExit(f"{what}: {a!r} and {b!r}")


def shown(what, text, value):
    """A number on the page, rounded, and the number it stands for."""
    value = float(value)
    if text in ("–", "") or math.isnan(value):
        if not (text in ("–", "") and math.isnan(value)):
            raise SystemExit(f"{what}: {text} on the page, {value!r} in the file")
        return
    equal(f"{what} on the page", float(text.replace("−", "-")), value, 0.51e-3)  # four digits and more


def agrees(folder):
    objects, classes = table(folder, "objects"), table(folder, "class_intervals")
    all_of = summary(folder)
    total = 0.0
    for c in all_of["classes"]:
        own = [o for o in objects if o["class"] == c["name"]]
        rows = {r["measure"]: r for r in classes if r["class"] == c["name"]}
        what = f"{folder}, {c['name']}: "
        if c["objects"] != len(own) or c["voxels"] != sum(int(o["voxels"]) for o in own):
            raise SystemExit(f"{what}{c['objects']} objects of {c['voxels']} voxels in summary.json, in objects.csv "
                             f"{len(own)} of {sum(int(o['voxels']) for o in own)}")
        equal(what + "volume", c["volume_um3"], math.fsum(number(o["volume_um3"]) for o in own))
        equal(what + "surface", c["surface_um2"], math.fsum(number(o["surface_um2"]) for o in own))
        equal(what + "share", c["fraction_of_cell"], c["volume_um3"] / all_of["cell_volume_um3"])
        if own:
            equal(what + "mean volume", c["mean_object_volume_um3"], c["volume_um3"] / len(own))
            equal(what + "mean grey", c["mean_grey"], math.fsum(
                number(o["mean_grey"]) * int(o["voxels"]) for o in own) / c["voxels"], 1e-6)
        total += c["volume_um3"] + c["outside_objects_um3"]
        if not rows:
            if c["voxels"] + c["outside_objects_voxels"]:
                raise SystemExit(what + "no row in class_intervals.csv")
            continue
        for measure, value in (("count", c["objects"]), ("volume", c["volume_um3"]), ("surface", c["surface_um2"]),
                               ("outside objects", c["outside_objects_um3"])):
            equal(what + measure, rows[measure]["value"], value, 0 if measure != "surface" else 2e-9)
        for measure, key in (("count", "expected_objects"), ("volume", "expected_volume_um3")):
            expected = c[key] if c[key] is not None else math.nan
            equal(what + key, number(rows[measure]["expected"]), expected, 0)
    equal(f"{folder}: the cell and its classes", all_of["cell_volume_um3"], total)
    tables_agree(folder, objects)
    json_agrees(folder)
    if Path(folder, "report.html").exists():
        page_agrees(folder, all_of)


def tables_agree(folder, objects):
    """A number that two tables have of an object is written in the same way in both."""
    by_number = {o["object"]: o for o in objects}
    shared = {"filopodia": ("volume_um3", "touches_border", "chance_real"), "network": ("volume_um3",),
              "positions": ("class", "centroid_x_um", "centroid_y_um", "centroid_z_um"), "surfaces": ("class",),
              "absorption": ("class",)}
    for name, columns in shared.items():
        rows = table(folder, name)
        for row in rows:
            o = by_number.get(row["object"])
            if o is None:
                raise SystemExit(f"{folder}: {name}.csv has object {row['object']}, objects.csv has not")
            for column in columns:
                if row[column] != o[column]:
                    raise SystemExit(f"{folder}: {column} of object {o['object']}: {row[column]} in {name}.csv, "
                                     f"{o[column]} in objects.csv")
            if name == "surfaces" and row["area_um2"] != o["surface_um2"]:
                raise SystemExit(f"{folder}: area of object {o['object']}: {row['area_um2']} and {o['surface_um2']}")
            for key in row:
                pairs = {"mean_relative_grey": "mean_grey", "deviation_relative_grey": "deviation_grey"}
                if name == "absorption" and key in pairs and row[key] != o[pairs[key]]:
                    raise SystemExit(f"{folder}: {key} of object {o['object']}: {row[key]} and {o[pairs[key]]}")
    for row in table(folder, "round_objects"):
        o = by_number[row["object"]]
        if (row["cut_by_border"] == "1") != ("1" in (o["touches_border_xy"], o["touches_border_z"])):
            raise SystemExit(f"{folder}: borders of object {o['object']}: {row['cut_by_border']} in round_objects.csv, "
                             f"{o['touches_border_xy']} and {o['touches_border_z']} in objects.csv")
    networks, whole = table(folder, "network"), table(folder, "network_summary")
    equal(f"{folder}: volume of all mitochondria", whole[0]["volume_um3"],
          math.fsum(number(n["volume_um3"]) for n in networks))
    filopodia = table(folder, "filopodia")
    if summary(folder)["filopodia"]["count"] != len(filopodia):
        raise SystemExit(f"{folder}: filopodia in summary.json and filopodia.csv")


def json_agrees(folder):
    """measures.json holds what the CSV files hold."""
    for name, content in json.loads(Path(folder, "measures.json").read_text(encoding="utf-8")).items():
        rows = table(folder, name)
        if len(rows) != len(content["rows"]):
            raise SystemExit(f"{folder}: rows of {name} in measures.json and {name}.csv")
        for written, row in zip(rows, content["rows"]):
            for column, value in row.items():
                text = written[column]
                if value is None and text == "" or isinstance(value, str) and text == value:
                    continue
                equal(f"{folder}: {column} of {name}", number(text), math.nan if value is None else value, 0)


def page_agrees(folder, all_of):
    page = Path(folder, "report.html").read_text(encoding="utf-8")
    cards = {html.unescape(name): (headline, dict(re.findall(r"<dt[^>]*>(.*?)</dt><dd>([^ <]*)", rest)))
             for name, headline, rest in re.findall(
                 r'<article class="card"[^>]*><h3>(.*?)</h3><p class="headline">([^ <]*).*?</p>(.*?)</article>', page)}
    for c in all_of["classes"]:
        if not c["voxels"] + c["outside_objects_voxels"]:
            continue
        headline, rest = cards[c["name"]]
        what = f"{folder}, card of {c['name']}: "
        shown(what + "volume", headline, c["volume_um3"])
        for title, value in rest.items():
            wanted = {"objects": c["objects"], "of the cell": 100 * c["fraction_of_cell"],
                      "outside objects": c["outside_objects_um3"]}
            shown(what + title, value, wanted[title])
    objects = table(folder, "objects")
    for cut, of in re.findall(r"(\d+) of (\d+) objects? touch", page):
        counted = str(sum(o["touches_border"] == "1" for o in objects)), str(len(objects))
        if (cut, of) != counted:
            raise SystemExit(f"{folder}: {cut} of {of} objects touch the border on the page, {' of '.join(counted)} in objects.csv")
    titles = re.findall(r"<figure><h3>(.*?)</h3>", page)
    if len(set(titles)) != len(titles):
        raise SystemExit(f"{folder}: two plots of the page have one title: {sorted(titles)}")
    for file in Path(folder).glob("*.csv"):
        if file.name != "columns.csv" and table(folder, file.stem) and f'href="{file.name}"' not in page:
            raise SystemExit(f"{folder}: no link from the page to {file.name}")
    names = re.findall(r'<details class="table"[^>]*><summary>(\w+) ', page)
    bodies = re.findall(r"<tbody>\n(.*?)</tbody>", page, re.S)
    if len(names) != len(bodies) or "objects" not in names or "class_intervals" not in names:
        raise SystemExit(f"{folder}: tables of the page: {names}")
    for name, body in zip(names, bodies):
        rows = table(folder, name)
        for row, line in zip(rows, re.findall(r"<tr[^>]*>(.*?)</tr>", body)):
            cells = [html.unescape(re.sub("<.*?>", "", c)) for c in re.findall(r"<td[^>]*>(.*?)</td>", line)]
            if len(cells) != len(row):
                raise SystemExit(f"{folder}: {len(cells)} columns of {name} on the page, {len(row)} in the file")
            for (column, text), cell in zip(row.items(), cells):
                if cell == text:
                    continue
                shown(f"{folder}: {column} of {name}", cell, number(text))
    view_agrees(folder, page)


def view_agrees(folder, page):
    """The 3D view has one surface a class, and knows which objects it shows."""
    seen = set()
    for name, parts in re.findall(r'class="mesh" data-name="([^"]*)"[^>]* data-parts="([^"]*)"', page):
        if name in seen:
            raise SystemExit(f"{folder}: the 3D view has {name} twice")
        seen.add(name)
        shown_objects = {p.split(":")[0] for p in parts.split(",")}
        own = {o["object"] for o in table(folder, "objects") if o["class"] == html.unescape(name)}
        if not shown_objects or not shown_objects <= own:
            raise SystemExit(f"{folder}: the 3D view shows {sorted(shown_objects - own)} as {name}")
    if 'id="view"' in page and len(seen) < 2:
        raise SystemExit(f"{folder}: the 3D view knows no objects: {seen}")


def has_outside(folder):
    if not sum(c["outside_objects_voxels"] for c in summary(folder)["classes"]):
        raise SystemExit(f"{folder}: nothing lies outside of objects, so this tests nothing")


def stl_volume(file):
    data = Path(file).read_bytes()
    count, = struct.unpack_from("<I", data, 80)
    volume = 0.0
    for i in range(count):
        a, b, c = (struct.unpack_from("<3f", data, 84 + 50 * i + 12 * k) for k in (1, 2, 3))
        volume += (a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2])
                   + a[2] * (b[0] * c[1] - b[1] * c[0])) / 6
    return volume


def meshes(folder, result):
    """Meshes of classes are those of the objects that measure counts, and of nothing else."""
    exact = 0.001  # without smoothing, a mesh encloses the volume of its voxels to 0.1 %
    classes, objects = summary(result)["classes"], table(result, "objects")
    if not any(c["objects"] and c["outside_objects_um3"] > 10 * exact * c["volume_um3"] for c in classes):
        raise SystemExit(f"{result}: what lies outside of objects is too little to be seen in a mesh")
    wanted = {o["object"]: o["class"].replace(" ", "-") for o in objects}
    for where, names in ((folder, set(wanted.values())),
                         (Path(folder, "objects"), {f"{stem}-{n}" for n, stem in wanted.items()})):
        found = {f.stem for f in Path(where).glob("*.stl")}
        if found != names or not names:
            raise SystemExit(f"{where}: meshes {sorted(found - names)} of no objects, none of {sorted(names - found)}")
    volumes = {o["object"]: stl_volume(Path(folder, "objects", f"{wanted[o['object']]}-{o['object']}.stl")) for o in objects}
    for o in objects:
        equal(f"mesh of object {o['object']}", volumes[o["object"]], o["volume_um3"], exact)
    for c in classes:
        own = [o["object"] for o in objects if o["class"] == c["name"]]
        if own:
            of_class = stl_volume(Path(folder, c["name"].replace(" ", "-") + ".stl"))
            equal(f"mesh of {c['name']}", of_class, c["volume_um3"], exact)
            equal(f"mesh of {c['name']} and those of its objects", of_class, math.fsum(volumes[n] for n in own), 1e-6)


def same_summary(a, b):
    x, y = summary(a), summary(b)
    for s in (x, y):
        del s["record"], s["seconds"]
    if x != y:
        raise SystemExit(f"summaries of {a} and {b} differ")


def edits(folder):
    """A list of corrections: one object deleted, two merged, one of another class."""
    objects = [o for o in table(folder, "objects") if o["class"] not in ("cytoplasm", "nucleus")]
    of_class = {}
    for o in objects:
        of_class.setdefault(o["class"], []).append(o["object"])
    print("# a remark")
    taken = set()
    for name, numbers in of_class.items():
        if len(numbers) >= 3:
            print("merge", numbers[0], numbers[1])
            taken |= set(numbers[:2])
            break
    left = [o for o in objects if o["object"] not in taken]
    print("delete", left[-1]["object"])
    vesicles = [o["object"] for o in left[:-1] if o["class"] == "vesicle"]
    print("class", vesicles[0], "lipid droplet")


def single_edits(folder):
    """Corrections to be made one at a time: of each class, the last object deleted and the first two merged."""
    of_class = {}
    for o in table(folder, "objects"):
        if o["class"] not in ("cytoplasm", "nucleus"):
            of_class.setdefault(o["class"], []).append(o["object"])
    for numbers in of_class.values():
        print("delete", numbers[-1])
        if len(numbers) > 1:
            print("merge", numbers[0], numbers[1])


def following():
    """Which columns follow corrections of other objects, as docs/edits.md says: beginnings of names, by table."""
    text = Path(os.environ["SOURCE"], "docs", "edits.md").read_text(encoding="utf-8")
    tables = {}
    for names, columns in re.findall(r"^\| (`\w+\.csv`.*?) \| (.*?) \|$", text, re.M):
        for name in re.findall(r"`(\w+)\.csv`", names):
            tables[name] = None if columns == "all" else re.findall(r"`(\w+)(…?)`", columns)
    if "filopodia" not in tables or "contacts" not in tables:
        raise SystemExit(f"docs/edits.md: says of {sorted(tables)} only which columns follow corrections")
    return tables


def own_numbers(name, rows, follow):
    """What is told of an object itself."""
    own = []
    for row in rows:
        if name == "absorption_profiles" and number(row["distance_um"]) > 0:
            continue  # layers outside of the object are its surroundings
        own.append({column: value for column, value in row.items()
                    if not any(column == stem or dots and column.startswith(stem) for stem, dots in follow)})
    return own


def near(a, b):
    """Whether two objects may touch: their boxes do, with two voxels of 40 nm to spare."""
    return all(number(a[f"min_{x}_um"]) - 0.08 <= number(b[f"max_{x}_um"]) and
               number(b[f"min_{x}_um"]) - 0.08 <= number(a[f"max_{x}_um"]) for x in "xyz")


def by_object(folder, name):
    rows = {}
    for row in table(folder, name):
        rows.setdefault(row["object"] if "object" in row else row["filopodium"], []).append(row)
    return rows


def untouched(before, after, list_file, said):
    """All but the objects that the list names, and those that got their voxels, keep every digit, in every table."""
    lines = [line.split("#")[0].split() for line in Path(list_file).read_text().splitlines()]
    named = {n for words in lines if words for n in words[1:] if n.isdigit()}
    renamed = {words[1] for words in lines if words and words[0] == "class"}
    deleted = {words[1] for words in lines if words and words[0] == "delete"}
    merged = {n for words in lines if words and words[0] == "merge" for n in words[2:]}
    heirs = set(re.findall(r"its voxels became part of (\d+)", Path(said).read_text(encoding="utf-8")))
    objects, follow = {o["object"]: o for o in table(before, "objects")}, following()
    reshaped = [objects[n] for n in deleted | renamed]  # what is merged stays where and what it was
    compared = 0
    for file in sorted(Path(before).glob("*.csv")):
        name = file.stem
        header = file.read_text(encoding="utf-8").split("\n")[0].split(",")
        if follow.get(name, []) is None or name == "columns":
            continue
        if "object" not in header and "filopodium" not in header:
            raise SystemExit(f"docs/edits.md: does not say what corrections change in {name}.csv")
        old, new = by_object(before, name), by_object(after, name)
        same = 0
        for o, rows in old.items():
            if o in deleted | merged:
                if o in new:
                    raise SystemExit(f"{name}: object {o} is still there")
                continue
            if o in named | heirs:
                continue
            # A filopodium is measured from where it leaves the cell body, as corrected.
            if name.startswith("filopodi") and any(near(objects[o], r) for r in reshaped):
                continue
            was, now = (own_numbers(name, r, follow.get(name, [])) for r in (rows, new.get(o, [])))
            if was != now:
                differ = [(a, b) for a, b in zip(was, now) if a != b] or [(len(was), len(now))]
                raise SystemExit(f"{name}: object {o} was not touched, but is {differ[0][1]} instead of {differ[0][0]}")
            same += 1
        print(name, same)
        compared += same
    if compared < 20:
        raise SystemExit(f"only {compared} rows were compared: this tests nothing")
    for row in table(after, "objects"):
        if row["object"] in renamed:
            # What the network saw says nothing of a class that a person chose.
            if row["class"] != "lipid droplet" or row["mean_probability"] or not row["chance_real"]:
                raise SystemExit(f"an object of another class: {row}")
        elif not row["mean_probability"] or not row["edge_blur_um"]:
            raise SystemExit(f"object {row['object']} has lost its certainty")


def compared(folder, *results):
    """cells.csv has the numbers of summary.json and medians over objects.csv."""
    cells = table(folder, "cells")
    for result in results:
        own = {(r["class"], r["measure"]): float(r["value"]) for r in cells if r["cell"] == Path(result).name}
        for c in summary(result)["classes"]:
            for key in ("objects", "volume_um3", "surface_um2", "fraction_of_cell", "expected_objects"):
                if c[key] is not None:
                    equal(f"{key} of {c['name']} in {folder}", own[c["name"], key], c[key], 0)
            for column in ("volume_um3", "surface_um2", "longest_width_um"):
                values = sorted(number(o[column]) for o in table(result, "objects") if o["class"] == c["name"])
                if values:
                    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
                    equal(f"median {column} of {c['name']}", own[c["name"], "median_" + column], middle)
        for key in own:
            if "outside" in key[1]:
                raise SystemExit(f"{key} is compared")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
