"""Objects of an analysis in its page: pointed at, chosen, linked; the layout; what the wheel does. For a window of any size.

What is right is counted here, from the instance volume (instances.npy) and objects.csv, not taken from the page.
"""
import csv
import re

import numpy as np

from webdriver import Browser

analysis, pictures = None, None
CONTROL, ESCAPE = "\ue009", "\ue00c"

# Text that sticks out of its box, and drawings whose text sticks out of them.
OVERFULL = """
const out = [];
for (const box of document.querySelectorAll('.card, .figures figure, .warnings, .glossary > div, .provenance, #object-bar, .plane,' +
    '#viewer-panel, .contents, .list-of-tables, svg')) {
  const edge = box.getBoundingClientRect();
  if (!box.checkVisibility() || edge.width === 0) continue;
  const words = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  for (let node = words.nextNode(); node; node = words.nextNode()) {
    if (!node.textContent.trim() || !node.parentElement.checkVisibility() || node.parentElement.closest('script, title')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects()) {
      if (r.width > 0 && (r.right > edge.right + 0.5 || r.left < edge.left - 0.5)) {
        out.push(`${box.className.baseVal ?? box.className}: ${node.textContent.slice(0, 60)}`);
        break;
      }
    }
  }
}
return out;"""


def read_objects():
    with open(analysis / "objects.csv", newline="", encoding="utf-8") as file:
        return {int(row["object"]): row for row in csv.DictReader(line for line in file if not line.startswith("#"))}


class Objects:
    """A mix-in: `size` is the window's."""

    size, dark = (1280, 720), False

    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(cls.size, dark=cls.dark)
        cls.addClassCleanup(cls.browser.close)
        cls.numbers = np.load(analysis / "instances.npy")  # z, y, x
        cls.rows = read_objects()

    def setUp(self):
        self.browser.complaints()
        self.browser.open(analysis / "report.html")

    def tearDown(self):
        self.assertEqual(self.browser.complaints(), [], "the console must stay silent")

    # ---- what is asked often -------------------------------------------------------------------
    def name(self, number):
        return f"{self.rows[number]['class']} {number}"

    def text(self, selector):
        """Text of an element that is seen, else None."""
        return self.browser.run("const e = document.querySelector(arguments[0]);"
                                "return e && e.checkVisibility() ? e.textContent : null", selector)

    def in_window(self, selector):
        """Whether an element that is shown lies within the window, below the list of contents."""
        return self.browser.run("""const r = [...document.querySelectorAll(arguments[0])].find(e => e.checkVisibility())?.getBoundingClientRect();
            const top = document.querySelector('.contents').getBoundingClientRect().bottom;
            return Boolean(r) && r.top >= Math.min(top, 60) - 1 && r.bottom <= window.innerHeight && r.left >= 0 && r.right <= window.innerWidth""", selector)

    def address(self):
        return self.browser.run("return location.hash")

    def organelle(self, place=0):
        """The largest object that is neither cytoplasm nor nucleus, or a smaller one."""
        inner = [n for n, r in self.rows.items() if r["class"] not in ("cytoplasm", "nucleus")]
        return sorted(inner, key=lambda n: -float(self.rows[n]["volume_um3"]))[place]

    def shown_slice(self, plane=0):
        """The slice of a plane that is shown: its picture's place in the window, and its object numbers."""
        caption, box = self.browser.run("""const s = document.querySelectorAll('.plane')[arguments[0]].querySelector('.slice:not([hidden])');
            s.scrollIntoView({block: 'center'}); const r = s.querySelector('.stack').getBoundingClientRect();
            return [s.querySelector('figcaption').textContent, [r.left, r.top, r.width, r.height]]""", plane)
        axes, index = re.match(r"(xy|xz|yz) slice \d+ of \d+ \(index (\d+)", caption).groups()
        n = self.numbers
        return box, {"xy": lambda i: n[i], "xz": lambda i: n[:, i], "yz": lambda i: n[:, :, i]}[axes](int(index))

    def inner_places(self, numbers, reach=2):
        """Pixels whose surroundings are all of the same object: (row, column, number), one for each object."""
        out = {}
        for y in range(reach, numbers.shape[0] - reach):
            for x in range(reach, numbers.shape[1] - reach):
                n = int(numbers[y, x])
                if n and n not in out and (numbers[y - reach:y + reach + 1, x - reach:x + reach + 1] == n).all():
                    out[n] = (y, x)
        return out

    def place_in_slice(self, plane=0):
        """An organelle in the slice that is shown, and where it is in the window."""
        box, numbers = self.shown_slice(plane)
        places = {n: p for n, p in self.inner_places(numbers).items() if self.rows[n]["class"] != "cytoplasm"}
        for number, (y, x) in places.items():
            place = round(box[0] + (x + 0.5) / numbers.shape[1] * box[2]), round(box[1] + (y + 0.5) / numbers.shape[0] * box[3])
            # Not under the button in the corner.
            if self.browser.run("return Boolean(document.elementFromPoint(...arguments)?.closest('.stack'))", *place):
                return number, place
        raise AssertionError(f"none of {sorted(places)} is in sight")

    def place_from_above(self):
        """An opaque object that is seen from above (along z), and where it is in the window."""
        b = self.browser
        b.click(next(e for e in b.find_all("#viewer-panel button") if b.ask("GET", f"/element/{e}/text") == "top"))
        b.run("document.getElementById('viewer').scrollIntoView({block: 'center'})")
        b.settle()
        low, high, canvas, panel, scale = b.run("""const low = [1e9, 1e9], high = [-1e9, -1e9];
            for (const m of document.querySelectorAll('script.mesh')) {
              const l = m.dataset.low.split(',').map(Number), s = m.dataset.size.split(',').map(Number);
              for (const k of [0, 1]) { low[k] = Math.min(low[k], l[k]); high[k] = Math.max(high[k], l[k] + s[k]); } }
            const r = document.querySelector('#viewer canvas').getBoundingClientRect(), p = document.getElementById('viewer-panel').getBoundingClientRect();
            const s = document.querySelector('#viewer-scale span');
            return [low, high, [r.left, r.top, r.width, r.height], p.right, parseFloat(s.style.width) / parseFloat(s.textContent)]""")
        clear = [n for n, r in self.rows.items() if r["class"] in ("cytoplasm", "nucleus")]
        opaque = np.where(np.isin(self.numbers, clear), 0, self.numbers)
        first = np.take_along_axis(opaque, (opaque > 0).argmax(axis=0)[None], axis=0)[0]
        row = self.rows[1]
        voxel = [(float(row[f"max_{k}_um"]) - float(row[f"min_{k}_um"])) / len(np.unique(np.nonzero(self.numbers == 1)[2 - i]))
                 for i, k in enumerate("xy")]
        for number, (y, x) in self.inner_places(first, 3).items():
            across = canvas[0] + canvas[2] / 2 + (x * voxel[0] - (low[0] + high[0]) / 2) * scale
            down = canvas[1] + canvas[3] / 2 + (y * voxel[1] - (low[1] + high[1]) / 2) * scale
            if across > panel + 5 and across < canvas[0] + canvas[2] - 5 and canvas[1] + 5 < down < canvas[1] + canvas[3] - 5:
                return number, (round(across), round(down))
        self.fail("nothing is seen from above")

    def chosen_everywhere(self, number):
        """The object is marked in slices, 3D view and tables, and the address is a link to it."""
        self.browser.settle()
        self.assertEqual(self.address(), f"#object-{number}")
        bar = self.text("#object-bar")
        self.assertTrue(bar and bar.startswith(self.name(number)), bar)
        self.assertEqual(self.text("#viewer-tag"), self.name(number))
        rows = self.browser.run("return [...document.querySelectorAll('tr.chosen')].map(r => r.dataset.object)")
        self.assertEqual(set(rows), {str(number)})
        marks = self.browser.run("return [...document.querySelectorAll('.slice:not([hidden]) .mark.tag')].map(t => t.textContent)")
        self.assertEqual(set(marks), {str(number)})

    # ---- pointing and choosing -----------------------------------------------------------------
    def test_slices_tell_what_lies_under_the_pointer(self):
        b = self.browser
        for plane in range(3):
            number, place = self.place_in_slice(plane)
            b.mouse(("to", *place))
            b.settle()
            tip = self.text("#object-tip")
            self.assertTrue(tip and tip.startswith(self.name(number) + ","), f"{tip} instead of {self.name(number)}")
        b.mouse(("to", 2, 2))
        b.settle()
        self.assertIsNone(self.text("#object-tip"))

    def test_a_click_in_a_slice_chooses(self):
        b = self.browser
        number, place = self.place_in_slice()
        b.mouse(("to", *place), ("down",), ("up",))
        self.chosen_everywhere(number)
        b.picture(b.find("section#slices"), pictures / f"chosen-slices-{self.size[0]}.png")
        self.assertEqual(b.run(OVERFULL), [])
        row = next(e for e in b.find_all("#object-bar button") if b.ask("GET", f"/element/{e}/text") == "table row")
        b.click(row)
        self.assertTrue(self.in_window(f"#object-{number} td"), "its row is not in sight")
        b.keys(b.find("body"), ESCAPE)
        b.settle()
        self.assertIsNone(self.text("#object-bar"))
        self.assertEqual(self.address(), "")
        self.assertEqual(b.run("return document.querySelectorAll('.mark, tr.chosen').length"), 0)

    def test_the_3d_view_tells_what_lies_under_the_pointer(self):
        b = self.browser
        number, place = self.place_from_above()
        b.mouse(("to", place[0] - 3, place[1]), ("to", *place))
        b.settle()
        b.settle()
        tip = self.text("#object-tip")
        self.assertTrue(tip and tip.startswith(self.name(number) + ","), f"{tip} instead of {self.name(number)}")
        b.mouse(("down",), ("up",))
        self.chosen_everywhere(number)
        b.picture(b.find("#viewer"), pictures / f"chosen-3d-{self.size[0]}.png")

    def test_a_drag_chooses_nothing(self):
        b = self.browser
        _, place = self.place_from_above()
        b.mouse(("to", *place), ("down",), ("to", place[0] + 40, place[1]), ("to", *place), ("up",))
        b.settle()
        self.assertIsNone(self.text("#object-bar"))

    def test_a_click_on_a_row_finds_the_object(self):
        b = self.browser
        number = self.organelle()
        b.run(f"document.getElementById('object-{number}').scrollIntoView({{block: 'center'}})")
        b.click(b.find(f"#object-{number} td.text"))
        self.chosen_everywhere(number)
        self.assertTrue(self.in_window("#viewer"), "the 3D view is not in sight")
        tag = b.run("const t = document.getElementById('viewer-tag').getBoundingClientRect(), v = document.getElementById('viewer')"
                    ".getBoundingClientRect(); return t.left >= v.left && t.right <= v.right && t.top >= v.top && t.bottom <= v.bottom")
        self.assertTrue(tag, "the object is outside the 3D view")
        slices = next(e for e in b.find_all("#object-bar button") if b.ask("GET", f"/element/{e}/text") == "slices")
        b.click(slices)
        self.assertTrue(self.in_window(".slice:not([hidden]) .mark.tag"), "no slice with the object is in sight")
        # Slices are marked that hold the object, by the volume, and no others.
        marked = b.run("return [...document.querySelectorAll('.plane')].map(p => p.querySelector('.slice:not([hidden]) .mark.tag') !== null)")
        self.assertIn(True, marked)
        self.assertEqual(marked, [number in self.shown_slice(plane)[1] for plane in range(len(marked))])

    def test_links_lead_to_objects(self):
        b = self.browser
        number, other = self.organelle(), self.organelle(1)
        b.open(analysis / "report.html", f"#object-{number}")
        self.chosen_everywhere(number)
        self.assertTrue(self.in_window(f"#object-{number} td"), "its row is not in sight")
        b.run("location.hash = arguments[0]", f"object-{other}")
        self.chosen_everywhere(other)
        # Numbers in other tables are links.
        b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        links = b.run("return [...document.querySelectorAll('table:not([data-name=objects]) td a')].map(a => a.getAttribute('href'))")
        self.assertGreater(len(links), 0)
        self.assertEqual({re.fullmatch(r"#object-\d+", link) is not None for link in links}, {True})
        self.assertEqual({int(link[8:]) in self.rows for link in links}, {True})
        for nothing in "#nowhere", "#%", "#%E0%A4%A":  # there is none; no address can be encoded so
            b.open(analysis / "report.html", nothing)
            self.assertIsNone(self.text("#object-bar"))
            b.run("location.hash = arguments[0]", nothing + "%")
            b.settle()
            self.assertIsNone(self.text("#object-bar"))

    def test_links_to_objects_that_are_not_there_say_so(self):
        b = self.browser
        missing, number = max(self.rows) + 900, self.organelle()
        b.open(analysis / "report.html", f"#object-{missing}")
        for _ in range(2):
            bar = self.text("#object-bar")
            self.assertIn(f"no object {missing}", bar or "nothing")
            self.assertIn(f"{min(self.rows)} to {max(self.rows)}", bar)
            self.assertEqual(b.run("return document.querySelectorAll('.mark, tr.chosen').length"), 0)
            b.run("location.hash = arguments[0]", f"object-{number}")
            self.chosen_everywhere(number)
            b.run("location.hash = arguments[0]", f"object-{missing}")
            b.settle()
        b.click(b.find("#object-bar .close"))
        self.assertIsNone(self.text("#object-bar"))

    def test_the_chosen_object_is_told_by_light_not_by_colour(self):
        """What changes in the 3D view when an object is chosen is white and black: of no class, and seen by the colour-blind."""
        b = self.browser
        classes = {}
        for place in range(len(self.rows) - 2):
            try:
                number = self.organelle(place)
            except IndexError:
                break
            classes.setdefault(self.rows[number]["class"], number)
        self.assertGreater(len(classes), 1)
        view = b.find("#viewer canvas")
        b.run("document.getElementById('viewer').scrollIntoView({block: 'center'})")
        for name, number in classes.items():
            b.run("cytomo.choose(arguments[0]); document.getElementById('viewer-tag').style.visibility = 'hidden'", number)
            b.settle()
            after = b.picture(view).astype(int)
            b.run("cytomo.choose(0)")
            b.settle()
            before = b.picture(view).astype(int)
            bar = round(after.shape[0] * 0.8)  # the bar may lie over the rest
            changed = (np.abs(after - before).max(axis=-1) > 90)[:bar]
            self.assertGreater(changed.sum(), 40, f"{name} {number} is not marked")
            seen = after[:bar][changed]
            grey = seen.max(axis=-1) - seen.min(axis=-1) < 40
            self.assertGreater(grey.mean(), 0.7, f"{name} {number} is marked by a colour: {seen[~grey][:5].tolist()}")
            line = seen.min(axis=-1) > 200 if self.dark else seen.max(axis=-1) < 70  # the one that stands out from the ground
            self.assertGreater(line.sum(), 10, f"{name} {number}: no line that stands out")
        b.run("cytomo.choose(arguments[0])", number)
        colours = b.run("return [...document.querySelectorAll('.mark.tag, #viewer-tag')].map(t => getComputedStyle(t).backgroundColor)")
        self.assertEqual(set(colours), {"rgb(255, 255, 255)"})

    # ---- layout --------------------------------------------------------------------------------
    def test_the_bar_stays_in_order_in_narrow_windows(self):
        b = self.browser
        try:
            for width in 700, 1000, 1400:
                b.command("Emulation.setDeviceMetricsOverride", width=width, height=720, deviceScaleFactor=1, mobile=False)
                b.open(analysis / "report.html", f"#object-{self.organelle()}")
                b.settle()
                boxes = b.run("""const box = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom]; };
                    const bar = document.getElementById('object-bar');
                    return {bar: box(bar), name: box(bar.querySelector('strong')), facts: [...bar.querySelectorAll('.facts span')].map(box),
                            buttons: [...bar.querySelectorAll('button')].map(box), free: parseFloat(getComputedStyle(document.body).paddingBottom)}""")
                middle = (boxes["name"][1] + boxes["name"][3]) / 2
                for button in boxes["buttons"]:
                    self.assertTrue(button[1] < middle < button[3], f"{width}: a button is not in the line of the name: {boxes}")
                self.assertEqual(len({round(f[1]) for f in boxes["facts"]}), 1, f"{width}: facts wrap: {boxes}")
                self.assertTrue(all(f[2] <= width for f in boxes["facts"]), f"{width}: facts are cut off: {boxes}")
                self.assertLessEqual(boxes["bar"][3] - boxes["bar"][1], boxes["free"], f"{width}: the bar hides the end of the page")
                self.assertEqual(b.run(OVERFULL), [])
        finally:
            b.command("Emulation.setDeviceMetricsOverride", width=self.size[0], height=self.size[1], deviceScaleFactor=1, mobile=False)

    def test_no_card_stands_alone(self):
        tops = self.browser.run("return [...document.querySelectorAll('.card')].map(c => Math.round(c.getBoundingClientRect().top))")
        self.assertGreater(len(tops), 2)
        self.assertGreater(tops.count(tops[-1]), 1, tops)

    def test_nothing_sticks_out(self):
        b = self.browser
        b.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        self.assertEqual(b.run(OVERFULL), [])
        # Long numbers: as of a small organelle.
        b.run("document.querySelectorAll('.headline').forEach(h => { h.firstChild.textContent = '0.0009318 '; });"
              "document.querySelectorAll('.card dd').forEach(d => { d.firstChild.textContent = '0.0001234'; });")
        self.assertEqual(b.run(OVERFULL), [])
        self.assertLessEqual(b.run("return document.documentElement.scrollWidth - window.innerWidth"), 0)
        b.run("window.scrollTo(0, 0)")
        (pictures / f"top-{self.size[0]}.png").write_bytes(b.screenshot())

    def test_contents_lead_everywhere(self):
        b = self.browser
        targets = b.run("return [...document.querySelectorAll('.contents a')].map(a => a.getAttribute('href'))")
        self.assertEqual(targets, b.run("return [...document.querySelectorAll('section')].map(s => '#' + s.id)"))
        self.assertGreater(len(targets), 6)
        for i, target in enumerate(targets):
            b.click(b.find_all(".contents a")[i])
            b.settle()
            top = b.run("return document.querySelector(arguments[0] + ' > h2').getBoundingClientRect().top", target)
            self.assertGreater(top, b.run("return document.querySelector('.contents').getBoundingClientRect().bottom"))
            self.assertLess(top, self.size[1], target)
        # Less than twelve windows as it opens.
        self.assertLess(b.run("return document.documentElement.scrollHeight"), 12 * 720)

    def test_a_large_slice_fits_into_the_window(self):
        b = self.browser
        for plane in range(3):
            button = b.find_all(".plane .enlarge")[plane]
            self.assertLessEqual(*b.run("const [p, i] = ['.enlarge', '.slice:not([hidden]) .stack'].map(s => document.querySelectorAll('.plane')"
                                        "[arguments[0]].querySelector(s).getBoundingClientRect()); return [p.bottom, i.top]", plane))  # covers nothing
            small = b.run("return document.querySelectorAll('.plane')[arguments[0]].querySelector('.slice:not([hidden]) img').getBoundingClientRect().width", plane)
            b.click(button)
            b.settle()
            for part in ("img", "figcaption"):
                self.assertTrue(self.in_window(f".plane.large .slice:not([hidden]) {part}"), part)
            large = b.run("return document.querySelector('.plane.large .slice:not([hidden]) img').getBoundingClientRect().width")
            self.assertGreater(large, small)
            if plane == 0:
                (pictures / f"large-{self.size[0]}.png").write_bytes(b.screenshot())
            b.keys(b.find("body"), ESCAPE)
            self.assertEqual(b.run("return document.querySelectorAll('.large').length"), 0)

    # ---- the wheel -----------------------------------------------------------------------------
    def test_the_wheel_is_the_page_s_until_asked_for(self):
        b, canvas = self.browser, self.browser.find("#viewer canvas")
        state = "const s = document.querySelector('#viewer-scale span'); return [window.scrollY, parseFloat(s.style.width) / parseFloat(s.textContent)]"

        def begin():
            b.mouse(("to", 2, 2))
            b.run("document.getElementById('viewer').scrollIntoView({block: 'center'})")
            b.settle()
            return b.run(state)
        top, scale = begin()
        b.wheel(canvas, 100, 0, 120)
        b.settle()
        now = b.run(state)
        self.assertNotEqual(now[0], top, "the page does not scroll")
        self.assertEqual(now[1], scale)
        self.assertIn("zoom", self.text("#viewer-wheel") or "")
        top, scale = begin()
        b.wheel(canvas, 100, 0, -120, CONTROL)
        b.settle()
        now = b.run(state)
        self.assertEqual(now[0], top)
        self.assertGreater(now[1], scale)
        top, scale = begin()
        b.mouse(("move", canvas, 100, 0), ("down",), ("up",))
        b.wheel(canvas, 100, 0, -120)
        b.settle()
        now = b.run(state)
        self.assertEqual(now[0], top)
        self.assertGreater(now[1], scale)
        top, scale = begin()  # the pointer has left the view
        b.wheel(canvas, 100, 0, 120)
        b.settle()
        self.assertNotEqual(b.run(state)[0], top)
