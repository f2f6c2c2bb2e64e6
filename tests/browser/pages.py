#!/usr/bin/python3
"""The programs in cytomo's pages (src/cytomo/report/page.js and viewer.js), in a browser.

    tests/browser/pages.py ANALYSIS OTHER_PAGE… [--pictures FOLDER]

ANALYSIS: folder that `cytomo analyze` wrote, with its instances as instances.npy. OTHER_PAGE: pages without a 3D view. Pictures of what was seen go to FOLDER.
Ends with 77 where chromium or chromedriver are missing (scripts/install-dependencies test).
"""
import argparse
import csv
import re
import shutil
import sys
import unittest
from pathlib import Path

import numpy as np

sys.dont_write_bytecode = True
import objects
from objects import OVERFULL
from webdriver import ELEMENT, Browser

analysis, others, pictures = None, [], None
SHIFT, CONTROL = "\ue008", "\ue009"


def differing(a, b, by=24):
    """Share of pixels that differ visibly."""
    return float(np.mean(np.abs(a.astype(int) - b.astype(int)).max(axis=-1) > by)) if a.shape == b.shape else 1.0


def number(text):
    """As people read a cell of a table; NaN where it is none."""
    try:
        return float(text.replace("−", "-").replace(" ", "").replace(" ", ""))
    except ValueError:
        return float("nan")


class Page(unittest.TestCase):
    """The page of one analysis; each test begins with it as it opens."""

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.complaints()
        self.browser.open(analysis / "report.html")

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [], "the console must stay silent")

    def canvas(self, name=None):
        """What the 3D view shows while the mouse is elsewhere."""
        self.browser.mouse(("to", 2, 2))
        self.browser.run("document.querySelector('#viewer canvas').scrollIntoView({block: 'center'})")
        self.browser.settle()
        return self.browser.picture(self.browser.find("#viewer canvas"), pictures / f"{name}.png" if name else None)

    def drawn(self, picture):
        """Where the 3D view shows something: not its ground. The panel at the left is left out."""
        ground = picture[5, -5].astype(int)
        mask = np.abs(picture.astype(int) - ground).max(axis=-1) > 16
        mask[:, :round(self.browser.run("return document.getElementById('viewer-panel').getBoundingClientRect().width")) + 24] = False
        mask[-60:, -200:] = False  # the scale bar
        round_corner = 12  # of the box: the page shows
        mask[:round_corner, -round_corner:] = False
        return mask

    def pixels_per_um(self):
        self.browser.settle()
        width, text = self.browser.run(
            "const s = document.querySelector('#viewer-scale span'); return [parseFloat(s.style.width), s.textContent]")
        return width / float(text.split()[0])

    # ---- the page ------------------------------------------------------------------------------
    def test_opens_and_loads_nothing(self):
        b = self.browser
        self.assertTrue(b.run("return document.title").strip())
        self.assertEqual(b.run("return performance.getEntriesByType('resource').filter("
                               "e => !e.name.startsWith('data:')).map(e => e.name)"), [])
        broken = b.run("return [...document.images].filter(i => !i.complete || i.naturalWidth === 0).map(i => i.alt)")
        self.assertEqual(broken, [])
        # No section is empty.
        self.assertEqual(b.run("return [...document.querySelectorAll('section')].filter(s => s.offsetHeight < 60).map(s => s.id)"), [])
        for section in ("numbers", "picture", "view", "slices", "distributions", "tables"):
            b.picture(b.find(f"section#{section}"), pictures / f"section-{section}.png")

    # ---- slices --------------------------------------------------------------------------------
    def test_sliders_choose_slices(self):
        b = self.browser
        planes = b.run("return [...document.querySelectorAll('.plane')].map(p => [p.querySelectorAll('.slice').length,"
                       "p.querySelector('.choose') !== null])")
        self.assertGreaterEqual(len(planes), 1)
        for p, (slices, slider) in enumerate(planes):
            if not slider:
                self.assertEqual(slices, 1)
                continue
            choose = b.find_all(".choose")[sum(s for _, s in planes[:p])]

            def state():
                return b.run("const p = document.querySelectorAll('.plane')[arguments[0]];"
                             "return [[...p.querySelectorAll('.slice')].map(s => s.checkVisibility()),"
                             "Number(p.querySelector('.choose').value),"
                             "[...p.querySelectorAll('.slice')].map(s => s.querySelector('figcaption').textContent)]", p)
            shown, value, captions = state()
            self.assertEqual(shown.index(True), value)
            self.assertEqual(len(set(captions)), slices, "two slices with the same caption")
            before = b.picture(b.find_all(".plane")[p])
            b.run("arguments[0].scrollIntoView({block: 'center'})", {ELEMENT: choose})
            width = b.run("return document.querySelectorAll('.choose')[arguments[0]].offsetWidth", sum(s for _, s in planes[:p]))
            for wanted in (0, slices - 1):  # by the mouse, to either end
                b.mouse(("move", choose, round((wanted / (slices - 1) - 0.5) * (width - 18)), 0), ("down",), ("up",))
                shown, value, _ = state()
                self.assertEqual(value, wanted)
                self.assertEqual([i for i, s in enumerate(shown) if s], [wanted], "one slice, and that one")
            b.keys(choose, "\ue012")        # a step to the left by the keyboard
            shown, value, _ = state()
            self.assertEqual(value, slices - 2)
            self.assertEqual([i for i, s in enumerate(shown) if s], [slices - 2])
            if slices - 2 != state()[1] or slices > 2:
                self.assertGreater(differing(before, b.picture(b.find_all(".plane")[p])), 0.01)

    def test_classes_can_be_hidden_and_faded(self):
        b = self.browser
        b.run("document.querySelectorAll('.scale, .enlarge').forEach(s => s.remove())")
        stack = next(s for s in b.find_all(".stack")
                     if b.run("return arguments[0].checkVisibility()", {ELEMENT: s}))

        def colour():
            p = b.picture(stack).astype(int)
            return float(np.mean(p.max(axis=-1) - p.min(axis=-1)))
        with_classes = colour()
        self.assertGreater(with_classes, 2, "no coloured classes over the slice")
        b.click(b.find("#show-overlay"))
        self.assertLess(colour(), 0.01, "what is left is grey")
        b.click(b.find("#show-overlay"))
        self.assertAlmostEqual(colour(), with_classes, delta=0.01)
        slider = b.find("#overlay-opacity")
        width = b.run("return document.getElementById('overlay-opacity').offsetWidth")
        b.mouse(("move", slider, 0, 0), ("down",), ("up",))
        value = b.run("return Number(document.getElementById('overlay-opacity').value)")
        self.assertAlmostEqual(value, 0.5, delta=0.11)
        self.assertAlmostEqual(colour() / with_classes, value, delta=0.06)
        b.drag(slider, (0, 0), (-width // 2 + 4, 0))
        self.assertLess(colour(), 0.01)

    # ---- 3D view -------------------------------------------------------------------------------
    def test_surfaces_are_drawn(self):
        self.assertFalse(self.browser.run("return document.getElementById('viewer-message').checkVisibility()"))
        picture = self.canvas("view")
        mask = self.drawn(picture)
        self.assertGreater(mask.mean(), 0.1, "hardly anything is drawn")
        colours = np.unique(picture[mask] // 8, axis=0)
        self.assertGreater(len(colours), 50, "shaded surfaces have many colours")
        # Each class of the page has its mesh and its row.
        names = self.browser.run("return [...document.querySelectorAll('script.mesh')].map(m => m.dataset.name)")
        rows = self.browser.run("return [...document.querySelectorAll('#viewer-panel .row label')].map(l => l.textContent)")
        self.assertEqual(names, rows)
        self.assertGreater(len(names), 1)

    def test_dragging_turns_and_double_click_begins_again(self):
        b, canvas = self.browser, self.browser.find("#viewer canvas")
        start, scale = self.canvas(), self.pixels_per_um()
        b.drag(canvas, (0, 0), (160, 40))
        turned = self.canvas("view-turned")
        self.assertGreater(differing(start, turned), 0.05)
        self.assertGreater(self.drawn(turned).mean(), 0.05)
        self.assertEqual(self.pixels_per_um(), scale, "turning is not zooming")
        self.assertEqual(differing(turned, self.canvas()), 0, "it stands still")
        # On the ground, where a click chooses nothing.
        right, top = b.run("const r = document.querySelector('#viewer canvas').getBoundingClientRect(); return [r.right, r.top]")
        b.double_click(right - 24, top + 24)
        self.assertLess(differing(start, self.canvas()), 0.001)
        # A full turn: 2π / 0.008 pixels, in parts that fit into the view. The same picture again.
        whole, done = round(2 * np.pi / 0.008), 0
        while done < whole:
            step = min(400, whole - done)
            b.drag(canvas, (-step // 2, 0), (-step // 2 + step, 0))
            done += step
        self.assertLess(differing(start, self.canvas()), 0.01, "once around")

    def test_shift_moves(self):
        b, canvas = self.browser, self.browser.find("#viewer canvas")
        b.click(next(e for e in b.find_all("#viewer-panel button")
                     if b.ask("GET", f"/element/{e}/text") == "top"))
        for _ in range(6):  # small enough to stay in view, and off the panel
            b.wheel(canvas, 0, 0, 240, CONTROL)
        first = np.argwhere(self.drawn(self.canvas())).mean(axis=0)
        b.drag(canvas, (0, 0), (70, 30), SHIFT)
        second = np.argwhere(self.drawn(self.canvas())).mean(axis=0)
        np.testing.assert_allclose(second - first, (30, 70), atol=2)

    def test_wheel_zooms_by_what_it_says_and_keeps_the_place(self):
        b, canvas = self.browser, self.browser.find("#viewer canvas")
        before, small = self.pixels_per_um(), self.drawn(self.canvas()).sum()
        b.wheel(canvas, 0, 0, -300, CONTROL)
        self.assertAlmostEqual(self.pixels_per_um() / before, np.exp(300 * 0.0012), delta=0.01)
        self.assertGreater(self.drawn(self.canvas("view-near")).sum(), small)
        b.wheel(canvas, 0, 0, 300, CONTROL)
        self.assertAlmostEqual(self.pixels_per_um() / before, 1, delta=1e-3)
        b.keys(canvas, "+")
        self.assertAlmostEqual(self.pixels_per_um() / before, 1.15, delta=0.01)

    def test_keys_turn(self):
        b, canvas = self.browser, self.browser.find("#viewer canvas")
        b.keys(canvas, SHIFT)  # turns nothing; the frame around what has the keyboard is there from now on
        start = self.canvas()
        b.keys(canvas, "\ue014\ue014\ue014")
        self.assertGreater(differing(start, self.canvas()), 0.02)
        b.keys(canvas, "\ue012\ue012\ue012")
        self.assertLess(differing(start, self.canvas()), 0.002)

    def test_buttons_show_from_elsewhere(self):
        b = self.browser
        buttons = {b.ask("GET", f"/element/{e}/text"): e for e in b.find_all("#viewer-panel .buttons button")}
        seen = {}
        for name, button in buttons.items():
            b.click(button)
            seen[name] = self.canvas(f"view-{name}")
        self.assertEqual(set(seen), {"three-quarter", "top", "side"})
        self.assertGreater(differing(seen["top"], seen["side"]), 0.03)
        self.assertGreater(differing(seen["top"], seen["three-quarter"]), 0.03)
        b.click(buttons["top"])
        self.assertEqual(differing(seen["top"], self.canvas()), 0)
        # From above the scale bar must fit the mesh: the widest class as wide as its numbers say.
        low, high = b.run("""let low = Infinity, high = -Infinity;
            for (const m of document.querySelectorAll('script.mesh')) {
              const l = Number(m.dataset.low.split(',')[0]), s = Number(m.dataset.size.split(',')[0]);
              low = Math.min(low, l); high = Math.max(high, l + s); } return [low, high]""")
        for _ in range(8):  # until all of it lies beside the panel
            b.wheel(b.find("#viewer canvas"), 0, 0, 240, CONTROL)
        columns = np.nonzero(self.drawn(self.canvas()).any(axis=0))[0]
        self.assertAlmostEqual((columns[-1] - columns[0] + 1) / self.pixels_per_um() / (high - low), 1, delta=0.06)

    def test_surfaces_can_be_hidden_and_faded(self):
        b = self.browser
        rows = b.find_all("#viewer-panel .row")
        start = self.canvas()
        boxes, sliders = b.find_all("#viewer-panel .row input[type=checkbox]"), b.find_all("#viewer-panel .row input[type=range]")
        self.assertEqual(len(boxes), len(rows))
        for box in boxes:
            b.click(box)
        self.assertEqual(self.drawn(self.canvas()).sum(), 0, "all hidden: nothing is drawn")
        for box in boxes:
            b.click(box)
            with_one = self.drawn(self.canvas()).sum()
            self.assertGreater(with_one, 0)
        self.assertEqual(differing(start, self.canvas()), 0)
        b.click(b.find("#viewer-panel .row label"))  # the name does the same as its box
        self.assertGreater(differing(start, self.canvas()), 0.001)
        b.click(b.find("#viewer-panel .row label"))
        width = b.run("return document.querySelector('#viewer-panel input[type=range]').offsetWidth")
        b.mouse(("move", sliders[0], width // 2 - 4, 0), ("down",), ("up",))
        self.assertGreater(b.run("return Number(document.querySelector('#viewer-panel input[type=range]').value)"), 0.9)
        opaque = self.canvas("view-opaque")
        b.drag(sliders[0], (width // 2 - 8, 0), (-width // 2 + 6, 0))
        self.assertLess(b.run("return Number(document.querySelector('#viewer-panel input[type=range]').value)"), 0.2)
        self.assertGreater(differing(opaque, self.canvas()), 0.01)

    # ---- tables --------------------------------------------------------------------------------
    CELLS = ("const cells = (t) => [[...t.tHead.rows[0].cells].map(c => [c.textContent, c.getAttribute('aria-sort')]),"
             "[...t.tBodies[0].rows].map(r => [...r.cells].map(c => [c.textContent, c.classList.contains('text')]))];"
             "const table = document.querySelectorAll('table')[arguments[0]];")
    # Every heading is clicked twice; what the table shows after each click.
    SORTED = CELLS + ("return [...table.tHead.rows[0].cells].map(h => [0, 1].map(() => {"
                      "h.querySelector('button').click(); return cells(table); }))")

    def test_tables_sort(self):
        b = self.browser
        tables = b.run("return document.querySelectorAll('table').length")
        self.assertGreater(tables, 3)
        sorted_columns = 0
        for t in range(tables):
            heads, rows = b.run(self.CELLS + "return cells(table)", t)
            everything = sorted(str(r) for r in rows)
            for c, clicks in enumerate(b.run(self.SORTED, t)):
                for direction, (now, rows) in zip(("ascending", "descending"), clicks):
                    self.assertEqual([h[1] for h in now], [direction if i == c else None for i in range(len(heads))])
                    self.assertEqual(sorted(str(r) for r in rows), everything, "rows must stay whole")
                    if any(r[c][1] for r in rows):
                        words = [r[c][0] for r in rows]
                        if all(re.fullmatch("[a-z ]*", w) for w in words):
                            self.assertEqual(words, sorted(words, reverse=direction == "descending"), heads[c][0])
                        continue
                    values = np.array([number(r[c][0]) for r in rows])
                    known = values[~np.isnan(values)]
                    self.assertTrue(np.isnan(values[len(known):]).all(), f"{heads[c][0]}: what is not defined comes last")
                    steps = np.diff(known) if direction == "ascending" else -np.diff(known)
                    self.assertTrue((steps >= 0).all(), f"{heads[c][0]}: {values}")
                    sorted_columns += 1
        self.assertGreater(sorted_columns, 50)

    def test_tables_hold_what_the_files_hold(self):
        with open(analysis / "objects.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
        names = self.browser.run("return [...document.querySelectorAll('details.table > summary')].map(s => s.textContent)")
        t = next(i for i, n in enumerate(names) if n.startswith("objects "))
        heads, cells = self.browser.run(self.CELLS + "return cells(table)", t)
        column = next(i for i, h in enumerate(heads) if h[0].startswith("volume "))
        self.assertEqual(len(cells), len(rows))
        for row, line in zip(rows, cells):
            self.assertAlmostEqual(number(line[column][0]) / float(row["volume_um3"]), 1, delta=0.01)


class ObjectsSmall(objects.Objects, unittest.TestCase):
    size = (1280, 720)


class ObjectsLarge(objects.Objects, unittest.TestCase):
    size, dark = (1920, 1080), True
    # What no window changes is tried in one.
    test_links_lead_to_objects = test_links_to_objects_that_are_not_there_say_so = None
    test_a_drag_chooses_nothing = test_the_wheel_is_the_page_s_until_asked_for = None
    test_the_bar_stays_in_order_in_narrow_windows = None


class OtherPages(unittest.TestCase):
    def test_pages_without_a_3d_view(self):
        browser = Browser()
        self.addCleanup(browser.close)
        for page in others:
            browser.open(page)
            browser.settle()
            browser.picture(browser.find("body"), pictures / f"page-{page.stem}.png")
            self.assertEqual(browser.complaints(), [], page)
            self.assertEqual(browser.run(OVERFULL), [], page)
            self.assertLessEqual(browser.run("return document.documentElement.scrollWidth - window.innerWidth"), 0, page)
            if browser.run("return document.querySelectorAll('table').length"):
                browser.run("document.querySelector('th button').click()")
                self.assertEqual(browser.run("return document.querySelector('th').getAttribute('aria-sort')"), "ascending")
            self.assertEqual(browser.complaints(), [], page)

    def test_without_webgl_the_page_says_so(self):
        browser = Browser(webgl=False)
        self.addCleanup(browser.close)
        browser.open(analysis / "report.html")
        browser.settle()
        self.assertIn("WebGL", browser.run("const m = document.getElementById('viewer-message');"
                                           "return m.checkVisibility() ? m.textContent : ''"))
        # The rest works.
        browser.run("document.querySelector('th button').click()")
        self.assertEqual(browser.run("return document.querySelector('th').getAttribute('aria-sort')"), "ascending")
        self.assertEqual([c for c in browser.complaints() if "WebGL" not in c], [])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("analysis", type=Path)
    parser.add_argument("others", type=Path, nargs="*")
    parser.add_argument("--pictures", type=Path, default=Path("."))
    parser.add_argument("--only", default="", help="tests whose name contains this")
    a = parser.parse_args()
    for program in ("chromium", "chromedriver"):
        if shutil.which(program) is None:
            print(f"skipped: {program} is not installed (scripts/install-dependencies test)")
            sys.exit(77)
    analysis, others, pictures = a.analysis, a.others, a.pictures
    pictures.mkdir(parents=True, exist_ok=True)
    objects.analysis, objects.pictures = analysis, pictures
    unittest.main(argv=[sys.argv[0], "-v"] + (["-k", a.only] if a.only else []))
