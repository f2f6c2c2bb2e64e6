"""Tables with a row for each method: after a few labelled slices, of measured tomograms, of trials; the learning curve."""
import datasets
import jobs
import program
from table_parts import (CLASSES, MINUTES, class_dice, few, few_figures, markdown, mean, over_seeds, row_name, share,
                         text)


def three_slices(results):
    names = [n for n, counts in datasets.FEW.items() if 3 in counts]
    rows = []
    for row in results.rows_of("few", names):
        each = [results.metrics(group="few", data=name, slices=3, **row) for name in names]
        if not any(each) and (row["minutes"] not in (0, MINUTES) or row["variant"]):
            continue
        dice, found = few_figures(results, row, 3, names)
        seeds = min(len(m) for m in each)
        rows.append([row_name(row), *[text(over_seeds(m, "mean_dice")) for m in each], text(dice),
                     *[text(share(m)) for m in each], text(found), str(seeds) if seeds else "-"])
    head = ["3 slices", *[f"Dice, {n}" for n in names], "Dice, mean", *[f"recognised, {n}" for n in names],
            "recognised, all", "seeds"]
    return markdown(head, rows, "bench/accuracy/run --only 'few_*slices-03'")


def three_slices_classes(results):
    names = [n for n, counts in datasets.FEW.items() if 3 in counts]
    rows = []
    for row in results.rows_of("few", names):
        each = few(results, row, 3, names)
        together = [m for metrics in each or [] for m in metrics]
        rows.append([row_name(row), *[text(class_dice(together, c)) for c in CLASSES]])
    return markdown(["3 slices, Dice", *CLASSES.values()], rows, "bench/accuracy/run --only 'few_*slices-03'")


COUNTS = (1, 3, 10, 30)


def curve_names():
    return [n for n, counts in datasets.FEW.items() if counts == COUNTS]


def curve_rows(results):
    return [row for row in results.rows_of("few", curve_names()) if row["method"] not in jobs.ALTERNATIVES]


def learning_curve(results):
    rows = []
    for row in curve_rows(results):
        figures = [few_figures(results, row, count, curve_names()) for count in COUNTS]
        rows.append([row_name(row), *[text(d) for d, _ in figures], *[text(r) for _, r in figures]])
    head = ["labelled slices", *[f"{n}: Dice" for n in COUNTS], *[f"{n}: recognised" for n in COUNTS]]
    return markdown(head, rows, "bench/accuracy/run --only few_")


def seconds_of(records):
    return mean([r["train"]["seconds"] if "train" in r else r.get("alternative", {}).get("seconds") for r in records])


def development(results):
    """Trials: every row that has been measured on any of the cells."""
    rows = []
    names = datasets.FEW_DEVELOPMENT
    for row in results.rows_of("development", names):
        each = [results.metrics(group="development", data=name, **row) for name in names]
        complete = all(each)
        rows.append([row_name(row), *[text(over_seeds(m, "mean_dice")) for m in each],
                     text(mean([over_seeds(m, "mean_dice") for m in each]) if complete else None),
                     *[text(share(m)) for m in each], text(share(sum(each, [])) if complete else None)])
    head = ["3 slices", *[f"Dice, {n}" for n in names], "mean", *[f"recognised, {n}" for n in names], "all"]
    return markdown(head, rows, "bench/accuracy/run --development")


def real_one_class(name):
    def table(results):
        rows = []
        for row in results.rows_of("real", [name]):
            records = results.find(group="real", data=name, **row)
            ones = [c for r in records for c in r["metrics"]["classes"] if c["id"] == 1]
            minutes = seconds_of(records)
            rows.append([row_name(row), *[text(mean([c[m] for c in ones])) for m in ("dice", "precision", "recall")],
                         text(minutes / 60 if minutes is not None else None, 1), str(len(records) or "-")])
        return markdown(["method", "Dice", "precision", "recall", "minutes of training", "seeds"], rows,
                        f"bench/accuracy/run --only real_{name}")
    return table


def vnc(results):
    classes = {1: "membrane", 2: "mitochondrion", 3: "synapse", 4: "glia"}
    rows = []
    for row in results.rows_of("real", ["vnc"]):
        metrics = results.metrics(group="real", data="vnc", **row)
        # The default model knows one of the classes only: the rest was not asked of it.
        known = [2] if row["method"] == "default" else list(classes)
        dice = {c: class_dice(metrics, c) if c in known else None for c in classes}
        complete = len(known) == len(classes) and all(d is not None for d in dice.values())
        rows.append([row_name(row), *[text(dice[c]) for c in classes],
                     text(mean(dice.values()) if complete else None), str(len(metrics) or "-")])
    return markdown(["method", *classes.values(), "mean", "seeds"], rows, "bench/accuracy/run --only real_vnc")


def draw_learning_curve(results, path):
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, panels = pyplot.subplots(1, 2, figsize=(9.5, 4), sharex=True, constrained_layout=True)
    colours = {"semi": "#1f6fb4", "supervised": "#d9822b", "double-decoder": "#4d9a51", "default": "#777777"}
    drawn = 0
    for row in curve_rows(results):
        if row["variant"] or row["device"] != "cpu" or row["minutes"] not in (0, MINUTES):
            continue
        figures = [few_figures(results, row, count, curve_names()) for count in COUNTS]
        for panel, values in zip(panels, zip(*figures)):
            known = [(c, v) for c, v in zip(COUNTS, values) if v is not None]
            if known:
                drawn += 1
                panel.plot(*zip(*known), marker="o", label=row_name(row), color=colours[row["method"]],
                           markerfacecolor="white" if row["init"] == "none" else None,
                           linestyle="--" if row["init"] == "none" and row["method"] != "double-decoder" else "-")
    if drawn == 0:
        return False
    for panel, title in zip(panels, ("mean Dice of classes 2 to 6", "recognised objects from 100 nm")):
        panel.set(xscale="log", xlabel="labelled slices of 96", title=title, ylim=(0, 1))
        panel.set_xticks(COUNTS, map(str, COUNTS))
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    figure.legend(*panels[0].get_legend_handles_labels(), fontsize=8, ncol=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None}, bbox_inches="tight")
    return True


PICTURE = program.ROOT / "docs/pictures/learning-curve.png"


def picture(results):
    if not draw_learning_curve(results, PICTURE):
        PICTURE.unlink(missing_ok=True)  # an older one would not belong to the tables around it
        return "(Drawn here once there is something to draw.)"
    return "![Dice and recognised objects against labelled slices](pictures/learning-curve.png)"


TABLES = {"three-slices": three_slices, "three-slices-classes": three_slices_classes, "learning-curve": learning_curve,
          "u2os": real_one_class("u2os"), "capillary": real_one_class("capillary"), "vnc": vnc,
          "development": development}
