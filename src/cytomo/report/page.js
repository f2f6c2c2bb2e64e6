// Slices: which one is shown, how large, the layer of classes, and the objects in them. Tables: sorting.
(() => {
  'use strict';
  const { make } = cytomo;

  // ---- objects in slices ---------------------------------------------------------------------
  /** Object numbers of a slice, row after row; and how many pixels each object has. */
  function unpack(script) {
    const text = atob(script.textContent);
    let at = 0;
    const next = () => {
      for (let value = 0, factor = 1; ; factor *= 128) {
        const byte = text.charCodeAt(at++);
        value += (byte & 127) * factor;
        if (byte < 128) return value;
      }
    };
    const width = Number(script.dataset.width), height = Number(script.dataset.height);
    const numbers = new Uint32Array(width * height), pixels = new Map();
    for (let i = 0; at < text.length;) {
      const length = next(), number = next();
      numbers.fill(number, i, i + length);
      i += length;
      if (number) pixels.set(number, (pixels.get(number) ?? 0) + length);
    }
    return { width, height, numbers, pixels };
  }

  const planes = [...document.querySelectorAll('.plane')].map((figure) => ({
    figure,
    chooser: figure.querySelector('.choose'),
    slices: [...figure.querySelectorAll('.slice')].map((box) => {
      const script = box.querySelector('script.objects');
      let map = null;
      return { box, stack: box.querySelector('.stack'), get map() { return script && (map ??= unpack(script)); } };
    }),
  }));

  function show(plane, index) {
    plane.slices.forEach((slice, i) => { slice.box.hidden = i !== index; });
    if (plane.chooser) plane.chooser.value = index;
  }
  const shown = (plane) => plane.slices.find((s) => !s.box.hidden);
  const pixelsOf = (slice, number) => slice.map?.pixels.get(number) ?? 0;
  /** The slice with most of an object, or undefined. */
  const best = (slices, number) => slices.filter((s) => pixelsOf(s, number) > 0)
    .sort((a, b) => pixelsOf(b, number) - pixelsOf(a, number))[0];

  /** Pixels of an object, `fine` times finer, with smooth edges: RGBA, of which A says whether it is there. */
  function enlarged(width, height, fine, numbers, number) {
    const small = new OffscreenCanvas(width, height), large = new OffscreenCanvas(width * fine, height * fine);
    const pixels = new ImageData(width, height);
    for (let i = 0; i < numbers.length; ++i) pixels.data[4 * i + 3] = numbers[i] === number ? 255 : 0;
    small.getContext('2d').putImageData(pixels, 0, 0);
    const context = large.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    context.drawImage(small, 0, 0, width * fine, height * fine);
    return context.getImageData(0, 0, width * fine, height * fine).data;
  }

  /** Outlines an object in a slice, with its number; `strong` for the chosen one: white within black, which no class is. */
  function mark(slice, number, strong) {
    const name = strong ? 'chosen' : 'pointed';
    for (const old of slice.stack.querySelectorAll(`.mark.${name}`)) old.remove();
    if (!pixelsOf(slice, number)) return;
    const { width, height, numbers } = slice.map;
    const fine = Math.max(1, Math.round(400 / Math.max(width, height)));  // pixels a number, for a thin outline
    const canvas = make('canvas', { className: `mark ${name}`, width: width * fine, height: height * fine }, slice.stack);
    const context = canvas.getContext('2d'), image = context.createImageData(width * fine, height * fine);
    const wide = strong ? 3 : 2;  // of each line
    const inside = enlarged(width, height, fine, numbers, number);
    const is = (x, y) => x >= 0 && y >= 0 && x < width * fine && y < height * fine && inside[4 * (y * width * fine + x) + 3] > 127;
    let sumX = 0, sum = 0, top = Infinity;  // of its uppermost row
    for (let y = 0; y < height * fine; ++y) {
      for (let x = 0; x < width * fine; ++x) {
        const here = is(x, y);
        const sides = [is(x - wide, y), is(x + wide, y), is(x, y - wide), is(x, y + wide)];
        const near = !here && sides.some(Boolean);
        if (here || near) {
          const inner = here && sides.every(Boolean);
          image.data.set(near ? [16, 20, 24, 255] : [255, 255, 255, inner ? (strong ? 36 : 20) : 255], 4 * (y * width * fine + x));
        }
        if (!here || y > top) continue;
        top = y;
        sumX += x + 0.5;
        sum += 1;
      }
    }
    context.putImageData(image, 0, 0);
    if (!strong || sum === 0) return;
    const tag = make('span', { className: `mark tag ${name}`, textContent: number }, slice.stack);
    tag.style.left = `clamp(16px, ${100 * sumX / sum / (width * fine)}%, 100% - 16px)`;  // whole, at the border too
    tag.style.top = `max(${100 * top / (height * fine)}%, 12px)`;
  }

  let marked = null;  // the object whose marks are drawn, as slices are shown
  const markShown = (plane) => { if (shown(plane).map) mark(shown(plane), marked?.number ?? 0, true); };

  for (const plane of planes) {
    plane.chooser?.addEventListener('input', () => { show(plane, Number(plane.chooser.value)); markShown(plane); });
    for (const slice of plane.slices) {
      const under = (e) => {
        const box = slice.stack.getBoundingClientRect(), { width, height, numbers } = slice.map;
        const x = Math.floor((e.clientX - box.left) / box.width * width), y = Math.floor((e.clientY - box.top) / box.height * height);
        return x >= 0 && y >= 0 && x < width && y < height ? numbers[y * width + x] : 0;
      };
      slice.stack.addEventListener('pointermove', (e) => { if (slice.map) cytomo.point(under(e), e.clientX, e.clientY); });
      slice.stack.addEventListener('pointerleave', () => cytomo.point(0));
      slice.stack.addEventListener('click', (e) => { if (slice.map) cytomo.choose(under(e)); });
    }
    const button = plane.figure.querySelector('.enlarge');
    button?.addEventListener('click', () => enlarge(plane, !plane.figure.classList.contains('large')));
  }

  const allSlices = planes.flatMap((p) => p.slices);
  if (allSlices.some((s) => s.map)) {
    cytomo.viewers.push({
      label: 'slices',
      has: (number) => allSlices.some((s) => pixelsOf(s, number) > 0),
      choose(object) {
        marked = object;
        for (const plane of planes) {
          const slice = object && !pixelsOf(shown(plane), object.number) && best(plane.slices, object.number);
          if (slice) show(plane, plane.slices.indexOf(slice));
          markShown(plane);
        }
      },
      point(number) { for (const plane of planes) if (shown(plane).map) mark(shown(plane), number, false); },
      go(object) {
        for (const plane of planes) {
          const slice = best(plane.slices, object.number);
          if (slice) show(plane, plane.slices.indexOf(slice));
          markShown(plane);
        }
        best(allSlices, object.number)?.stack.scrollIntoView({ block: 'center' });
      },
    });
  }

  // ---- slices as large as the window ---------------------------------------------------------
  function enlarge(plane, large) {
    for (const p of planes) {
      p.figure.classList.toggle('large', large && p === plane);
      const button = p.figure.querySelector('.enlarge');
      if (button) button.textContent = large && p === plane ? 'close' : 'enlarge';
    }
    document.body.classList.toggle('covered', large);
    if (large) (plane.chooser ?? plane.figure.querySelector('.enlarge')).focus();
  }
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape') enlarge(planes[0], false); });

  const overlay = document.getElementById('show-overlay');
  const opacity = document.getElementById('overlay-opacity');
  const update = () => {
    for (const layer of document.querySelectorAll('.overlay')) {
      layer.style.opacity = overlay.checked ? opacity.value : 0;
    }
  };
  overlay?.addEventListener('change', update);
  opacity?.addEventListener('input', update);

  // ---- tables --------------------------------------------------------------------------------
  for (const table of document.querySelectorAll('table')) {
    const heads = [...table.querySelectorAll('th')];
    heads.forEach((head, column) => head.querySelector('button').addEventListener('click', () => {
      const rising = head.getAttribute('aria-sort') !== 'ascending';
      heads.forEach((h) => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', rising ? 'ascending' : 'descending');
      const body = table.tBodies[0];
      const rows = [...body.rows].map((row) => {
        const cell = row.cells[column];
        const text = cell.textContent;
        return { row, text, value: cell.classList.contains('text') ? null : Number(text) };
      });
      rows.sort((a, b) => {
        if (a.value === null || b.value === null) {
          return (rising ? 1 : -1) * a.text.localeCompare(b.text, undefined, { numeric: true });
        }
        const missing = Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
        return missing || (rising ? a.value - b.value : b.value - a.value) || 0;
      });
      body.append(...rows.map((r) => r.row));
    }));
  }
  // On paper everything is open.
  window.addEventListener('beforeprint', () => { for (const d of document.querySelectorAll('details')) d.open = true; });
})();
