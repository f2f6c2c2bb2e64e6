// Objects: which one is pointed at, which one is chosen, and the bar, the tip and the rows that show it. Slices and the
// 3D view are `viewers`: { choose(object or null), point(number), go(object), label, has(number) }.
const cytomo = (() => {
  'use strict';
  const tip = document.getElementById('object-tip'), bar = document.getElementById('object-bar');
  const known = new Map(), viewers = [];
  let chosen = null, pointed = 0, asked = 0;  // asked: a number that no object has

  const classes = [...document.querySelectorAll('#object-classes li')].map((e) => ({ name: e.textContent, colour: e.dataset.colour }));
  for (const line of (document.getElementById('object-list')?.textContent ?? '').split('\n')) {
    if (!line) continue;
    const [number, of, volume, ...centre] = line.split(' ').map(Number);
    known.set(number, { number, volume, centre, ...classes[of] });
  }

  const rowOf = (number) => document.getElementById(`object-${number}`);
  const make = (tag, properties, parent) => parent.appendChild(Object.assign(document.createElement(tag), properties));
  const title = (object) => `${object.name} ${object.number}`;
  const volume = (object) => `${object.volume} µm³`;

  // ---- pointing ------------------------------------------------------------------------------
  /** Shows what lies under the pointer at (x, y) of the window; number 0: nothing. */
  function point(number, x, y) {
    const object = known.get(number);
    if (tip) tip.hidden = !object;
    if (object) {
      tip.textContent = `${title(object)}, ${volume(object)}`;
      tip.style.setProperty('--colour', object.colour);
      const box = tip.getBoundingClientRect();
      tip.style.left = `${Math.max(4, Math.min(x + 14, document.documentElement.clientWidth - box.width - 4))}px`;
      tip.style.top = `${y + 18 + box.height > window.innerHeight ? y - box.height - 10 : y + 18}px`;
    }
    if (number === pointed) return;
    pointed = number;
    for (const v of viewers) v.point(number);
  }

  // ---- choosing ------------------------------------------------------------------------------
  /** Marks an object wherever it is seen; number 0: none. The address becomes a link to it. */
  function choose(number) {
    const object = known.get(number) ?? null;
    if (object === chosen && !asked) return;
    chosen = object;
    for (const row of document.querySelectorAll('tr.chosen')) row.classList.remove('chosen');
    if (object) {
      for (const row of document.querySelectorAll(`tr[data-object="${object.number}"]`)) row.classList.add('chosen');
      keepRowInSight(rowOf(object.number));
    }
    for (const v of viewers) v.choose(object);
    showBar(object);
    asked = 0;
    const address = object ? `#object-${object.number}` : location.pathname + location.search;
    try { history.replaceState(history.state, '', address); } catch { /* some browsers forbid it for files */ }
  }

  /** Scrolls the table, not the page. */
  function keepRowInSight(row) {
    const box = row?.closest('.scroll');
    if (!box) return;
    const gap = row.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (gap < 50 || gap > box.clientHeight - 40) box.scrollTop += gap - box.clientHeight / 2;
  }

  function goToRow(object) {
    const row = rowOf(object.number);
    const table = row?.closest('details');
    if (!table) return;
    table.open = true;
    keepRowInSight(row);
    row.scrollIntoView({ block: 'center' });
  }

  const closeButton = (parent) =>
    make('button', { type: 'button', className: 'close', textContent: '×', ariaLabel: 'choose nothing' }, parent)
      .addEventListener('click', () => choose(0));

  /** Says that a link leads to an object that is not there, and which there are. */
  function showMissing(number) {
    choose(0);
    if (!bar) return;
    asked = number;
    const all = [...known.keys()];
    bar.replaceChildren();
    bar.style.removeProperty('--colour');
    make('strong', { textContent: `There is no object ${number}` }, bar);
    const facts = make('span', { className: 'facts' }, bar);
    make('span', { textContent: `objects have the numbers ${Math.min(...all)} to ${Math.max(...all)}` }, facts);
    closeButton(make('span', { className: 'buttons' }, bar));
    bar.hidden = false;
    fitBar();
    document.body.classList.add('with-bar');
  }

  /** What does not fit into one line of the bar gets two: facts below name and buttons. */
  function fitBar() {
    const facts = [...bar.querySelectorAll('.facts span')];
    bar.classList.remove('two-lines');
    if (facts.length > 0 && facts[0].offsetTop !== facts[facts.length - 1].offsetTop) bar.classList.add('two-lines');
    if (bar.scrollWidth > bar.clientWidth) bar.classList.add('two-lines');
  }
  if (bar) window.addEventListener('resize', fitBar);

  function showBar(object) {
    if (!bar) return;
    bar.hidden = !object;
    document.body.classList.toggle('with-bar', Boolean(object));
    if (!object) return;
    bar.replaceChildren();
    bar.style.setProperty('--colour', object.colour);
    make('strong', { textContent: title(object) }, bar);
    const row = rowOf(object.number);
    const facts = make('span', { className: 'facts' }, bar);
    const heads = row ? [...row.closest('table').tHead.rows[0].cells] : [];
    const short = { volume_um3: 'volume', surface_um2: 'surface', equivalent_diameter_um: 'diameter', longest_width_um: 'width' };
    for (const [i, head] of heads.entries()) {
      const name = short[head.dataset.name];
      const unit = head.querySelector('.unit')?.textContent ?? '';
      if (name) make('span', { textContent: `${name} ${row.cells[i].textContent} ${unit}`, title: head.title }, facts);
    }
    if (!row) make('span', { textContent: `${volume(object)}; its row is in objects.csv` }, facts);
    const buttons = make('span', { className: 'buttons' }, bar);
    for (const v of viewers) {
      const button = make('button', { type: 'button', textContent: v.label, disabled: !v.has(object.number) }, buttons);
      if (button.disabled) button.title = 'It is not to be seen there';
      button.addEventListener('click', () => v.go(object));
    }
    if (row) make('button', { type: 'button', textContent: 'table row' }, buttons).addEventListener('click', () => goToRow(object));
    closeButton(buttons);
    fitBar();
  }

  // ---- links, rows, keys ---------------------------------------------------------------------
  /** What the address points at; null if it points at nothing, or is not encoded as addresses are ("#%"). */
  function addressed() {
    try {
      return document.getElementById(decodeURIComponent(location.hash.slice(1)));
    } catch {
      return null;
    }
  }
  function followAddress() {
    const target = addressed();
    const details = target?.closest('details');
    if (details) details.open = true;
    const number = Number(location.hash.match(/^#object-(\d+)$/)?.[1] ?? NaN);
    if (known.size > 0 && number >= 0 && !known.has(number)) {
      showMissing(number);
    } else if (known.has(number)) {
      choose(number);
      if (rowOf(number)) goToRow(known.get(number));
      else viewers.find((v) => v.has(number))?.go(known.get(number));
    } else if (details) {
      target.scrollIntoView();
    }
  }
  window.addEventListener('hashchange', followAddress);
  window.addEventListener('load', followAddress);

  document.addEventListener('click', (e) => {
    const link = e.target.closest('a[href^="#"]');
    if (link && link.getAttribute('href') === location.hash) { followAddress(); return; }
    const row = e.target.closest('tr[data-object]');
    if (!row || link || !getSelection().isCollapsed) return;
    const number = Number(row.dataset.object);
    choose(number);
    viewers.find((v) => v.has(number))?.go(known.get(number));
  });
  document.addEventListener('keydown', (e) => {
    if (e.key === 'Escape' && !document.querySelector('.plane.large')) choose(0);
  });

  return { known, viewers, point, choose, make, chosen: () => chosen };
})();
