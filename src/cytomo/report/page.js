// Slices: which one is shown, how large, and the layer of classes. Tables: sorting.
(() => {
  'use strict';
  for (const plane of document.querySelectorAll('.plane')) {
    const chooser = plane.querySelector('.choose');
    const slices = plane.querySelectorAll('.slice');
    chooser?.addEventListener('input', () =>
      slices.forEach((slice, i) => { slice.hidden = i !== Number(chooser.value); }));
    for (const stack of plane.querySelectorAll('.stack')) {
      stack.addEventListener('click', () => plane.classList.toggle('large'));
    }
  }

  const show = document.getElementById('show-overlay');
  const opacity = document.getElementById('overlay-opacity');
  const update = () => {
    for (const layer of document.querySelectorAll('.overlay')) {
      layer.style.opacity = show.checked ? opacity.value : 0;
    }
  };
  show?.addEventListener('change', update);
  opacity?.addEventListener('input', update);

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
})();
