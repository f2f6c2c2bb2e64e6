"""What bench/accuracy/everywhere measured, as a table: a column for each model whose result is kept."""
import json

import program

KEPT = program.RESULTS / "everywhere"  # CHECKSUM.json


def rows(r):
    """(What, figure) of one model's result; what is not there has no row."""
    if "real2" in r:
        x = r["real2"]
        yield "real slices of other instruments: mean over classes of the share of labelled pixels", f"{x['mean_over_classes']:.3f}"
        yield f"real slices: round objects found, of {x['round_objects']:.0f}", f"{x['round_found']:.2f}"
        yield "real slices: dark or bright guessed rightly", f"{x['polarity_right']:.0f} of {x['pages']:.0f}"
        yield f"real slices: boxes of insulin vesicles covered, of {x['boxes_all']:.0f}; share of the page that class fills", \
            f"{x['boxes']:.0f}; {x['fills']:.3f}"
    if "foreign" in r:
        x = r["foreign"]
        yield "another simulator: recognised and pure, mean of both", \
            f"{x['pure']:.2f} ({x['h5_edge']['pure']:.2f}, {x['h6_perinuc']['pure']:.2f})"
        yield "another simulator: mean Dice of classes 2 to 6", f"{x['dice']:.2f}"
    if "u2os" in r:
        yield "u2os mitochondria, where both drawings agree: Dice", f"{r['u2os']['dice']:.3f}"
    if "own" in r:
        yield "own ten: recognised from 100 nm; Dice", f"{r['own']['recognised']:.3f}; {r['own']['dice']:.3f}"
    if "wider" in r:
        yield "own wider twelve: recognised from 100 nm; Dice", f"{r['wider']['recognised']:.3f}; {r['wider']['dice']:.3f}"
    if "objects" in r:
        x = r["objects"]
        f1 = {name: 2 * c["detected"] / (c["true"] + c["found"]) for name, c in x["classes"].items() if c["true"] + c["found"]}
        sums = {k: sum(c[k] for c in x["classes"].values()) for k in ("detected", "true", "found")}
        yield f"objects from predicted classes, {x['cells']} other cells: F1 (IoU above 0.5) of all", \
            f"{2 * sums['detected'] / max(1, sums['true'] + sums['found']):.3f}"
        yield f"F1 of {', '.join(f1)}", ", ".join(f"{v:.2f}" for v in f1.values())
        if "whole_filopodia" in x:
            yield f"whole filopodia found, of {x['whole_filopodia']['true']}", str(x["whole_filopodia"]["found"])


def kept():
    """Results in the order in which they were begun."""
    results = [json.loads(file.read_text()) for file in sorted(KEPT.glob("*.json"))]
    return sorted(results, key=lambda r: min((g["circumstances"]["date"] for g in r.values()
                                              if isinstance(g, dict) and "circumstances" in g), default=""))


def table():
    """(Head, rows) with '-' for what a model has not been measured on."""
    columns = [(r["model"], dict(rows(r))) for r in kept()]
    whats = dict.fromkeys(what for _, figures in columns for what in figures)
    return (["what", *[f"model {name}" for name, _ in columns]],
            [[what, *[figures.get(what, "-") for _, figures in columns]] for what in whats])
