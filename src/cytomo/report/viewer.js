// 3D view of the surfaces in the page. Orthographic, so that the scale bar is right at any depth.
// Clear shells are drawn after opaque surfaces, far walls before near ones; their opacity grows
// towards grazing angles. `opacity` o of a class becomes o² face on and 1 - (1 - o)³ at the rim.
// Every vertex knows the number of its object: one pixel drawn with numbers for colours says what lies under the pointer.
(() => {
  'use strict';
  const box = document.getElementById('viewer');
  const canvas = box.querySelector('canvas');
  const message = document.getElementById('viewer-message');
  const gl = canvas.getContext('webgl2', { antialias: true, alpha: true, premultipliedAlpha: true, stencil: true });
  if (!gl) {
    message.textContent = 'This browser shows no WebGL 2, which the 3D view needs. The picture above and ' +
      'the files in the folder "surfaces" show the same.';
    return;
  }
  message.hidden = true;

  // ---- surfaces ------------------------------------------------------------------------------
  function upload(surface) {
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    const attribute = (location, data, size, type, normalised) => {
      gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
      gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
      gl.enableVertexAttribArray(location);
      gl.vertexAttribPointer(location, size, type, normalised, 0, 0);
    };
    attribute(0, surface.points, 3, gl.FLOAT, false);
    attribute(1, surface.normals, 3, gl.FLOAT, false);
    attribute(2, surface.light, 1, gl.UNSIGNED_BYTE, true);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, surface.objects, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(3);
    gl.vertexAttribIPointer(3, 1, gl.UNSIGNED_INT, 0, 0);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, surface.indices, gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    return array;
  }

  const startOpacity = { opaque: 1, translucent: 0.62, glass: 0.2 };
  const surfaces = [...document.querySelectorAll('script.mesh')].map((script) => {
    const data = cytomo.unpackSurface(script);
    return {
      name: script.dataset.name,
      colour: script.dataset.colour.split(',').map(Number).map((c) => Math.pow(c / 255, 2.2)),
      opacity: startOpacity[script.dataset.look],
      visible: true,
      points: data.points,
      count: data.indices.length,
      parts: data.parts,
      extent: data.size[0] * data.size[1] * data.size[2],
      low: data.low,
      high: data.low.map((v, k) => v + data.size[k]),
      array: upload(data),
    };
  });
  const fold = (choose, key) => [0, 1, 2].map((k) => choose(...surfaces.map((s) => s[key][k])));
  const low = fold(Math.min, 'low'), high = fold(Math.max, 'high');
  const centre = low.map((v, k) => (v + high[k]) / 2);
  const radius = Math.hypot(...low.map((v, k) => high[k] - v)) / 2 || 1;  // µm

  // ---- program on the graphics processor -----------------------------------------------------
  function shader(type, source) {
    const s = gl.createShader(type);
    gl.shaderSource(s, source);
    gl.compileShader(s);
    if (!gl.getShaderParameter(s, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(s));
    return s;
  }
  const program = gl.createProgram();
  gl.attachShader(program, shader(gl.VERTEX_SHADER, cytomo.shaders.vertex));
  gl.attachShader(program, shader(gl.FRAGMENT_SHADER, cytomo.shaders.fragment));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  const at = (name) => gl.getUniformLocation(program, name);
  const place = Object.fromEntries(['turn', 'centre', 'shift', 'zoom', 'radius', 'part', 'colour', 'opacity', 'pointed', 'kind', 'flat_colour']
    .map((name) => [name, at(name)]));

  // ---- camera: rows of `turn` are right, up and towards the viewer ---------------------------
  const views = {
    'three-quarter': [-0.42, -0.72, 0.56], top: [0, 0, 1], side: [0, -1, 0],
  };
  let turn, shift, zoom;  // zoom: pixels per µm
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const unit = (a) => { const l = Math.hypot(...a); return a.map((v) => v / l); };

  function startView(name) {
    const forward = unit(views[name]);
    const right = name === 'top' ? [1, 0, 0] : unit(cross(forward, [0, 0, -1]));
    turn = [right, cross(right, forward), forward.map((v) => -v)];
    const from = [Infinity, Infinity], to = [-Infinity, -Infinity];
    for (const { points } of surfaces) {
      for (let i = 0; i < points.length; i += 3) {
        for (const k of [0, 1]) {
          const v = turn[k][0] * (points[i] - centre[0]) + turn[k][1] * (points[i + 1] - centre[1]) + turn[k][2] * (points[i + 2] - centre[2]);
          if (v < from[k]) from[k] = v;
          if (v > to[k]) to[k] = v;
        }
      }
    }
    shift = [0, 1].map((k) => -(from[k] + to[k]) / 2);
    zoom = 0.9 * Math.min(canvas.clientWidth / (to[0] - from[0] || 1), canvas.clientHeight / (to[1] - from[1] || 1));
    draw();
  }

  function rotate(across, down) {
    const spin = (i, j, angle) => {
      const c = Math.cos(angle), s = Math.sin(angle);
      const a = turn[i], b = turn[j];
      turn[i] = a.map((v, k) => c * v + s * b[k]);
      turn[j] = b.map((v, k) => c * v - s * a[k]);
    };
    spin(0, 2, across);
    spin(1, 2, -down);
    turn[0] = unit(turn[0]);  // rounding must not build up
    turn[2] = unit(cross(turn[0], turn[1]));
    turn[1] = cross(turn[2], turn[0]);
    draw();
  }

  // ---- drawing -------------------------------------------------------------------------------
  let chosen = null, pointed = 0;  // an object, and the number of one
  let waiting = false;
  function draw() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; paint(); });
  }

  function paint() {
    const density = Math.min(window.devicePixelRatio || 1, 2);
    const width = Math.max(1, Math.round(canvas.clientWidth * density)), height = Math.max(1, Math.round(canvas.clientHeight * density));
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    gl.viewport(0, 0, width, height);
    begin([0, 0, 1, 1], 0);
    const shown = drawnSurfaces();
    shown.filter((s) => s.opacity >= 1).forEach((s) => paintSurface(s));

    const clear = shown.filter((s) => s.opacity < 1).sort((a, b) => a.extent - b.extent);
    [gl.BLEND, gl.CULL_FACE, gl.POLYGON_OFFSET_FILL].forEach((state) => gl.enable(state));
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.polygonOffset(1, 256);  // at the border of the volume, cut faces lie in the plane of the shell: they come first
    gl.depthMask(false);
    gl.cullFace(gl.FRONT);
    [...clear].reverse().forEach((s) => paintSurface(s));  // far walls: the outer shell lies behind
    gl.cullFace(gl.BACK);
    clear.forEach((s) => paintSurface(s));
    gl.disable(gl.POLYGON_OFFSET_FILL);
    paintOutline(shown);
    paintScale();
    placeTag();
  }

  const drawnSurfaces = () => surfaces.filter((s) => s.visible && s.opacity > 0);

  /** An empty picture of a part of the view. */
  function begin(part, kind) {
    gl.clearColor(0, 0, 0, 0);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT | gl.STENCIL_BUFFER_BIT);
    gl.useProgram(program);
    gl.uniformMatrix3fv(place.turn, true, turn.flat());
    gl.uniform3fv(place.centre, centre);
    gl.uniform2fv(place.shift, shift);
    gl.uniform2f(place.zoom, 2 * zoom / canvas.clientWidth, 2 * zoom / canvas.clientHeight);
    gl.uniform1f(place.radius, radius);
    gl.uniform4fv(place.part, part);
    gl.uniform1ui(place.pointed, pointed);
    gl.uniform1i(place.kind, kind);
    gl.enable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    gl.disable(gl.CULL_FACE);
  }

  function paintSurface(s, part) {
    gl.uniform3fv(place.colour, s.colour);
    gl.uniform1f(place.opacity, s.opacity);
    gl.bindVertexArray(s.array);
    gl.drawElements(gl.TRIANGLES, part?.count ?? s.count, gl.UNSIGNED_INT, 4 * (part?.first ?? 0));
  }

  // Outline of the chosen object: a line of white within one of black, pixels from its rim.
  const rings = [[4.6, [0.06, 0.08, 0.1, 1]], [2.3, [1, 1, 1, 1]]];

  /** Outlines the chosen object, whatever hides it: shades of no class, and told apart by everybody. What of it is hidden shows through. */
  function paintOutline(shown) {
    if (!chosen) return;
    const parts = shown.flatMap((s) => s.parts.filter((p) => p.object === chosen.number).map((p) => [s, p]));
    const again = () => parts.forEach(([s, p]) => paintSurface(s, p));
    gl.uniform1i(place.kind, 2);
    gl.depthMask(false);
    gl.depthFunc(gl.GREATER);
    gl.enable(gl.CULL_FACE);  // its own far side is hidden by itself
    gl.cullFace(gl.BACK);
    gl.enable(gl.STENCIL_TEST);
    gl.stencilFunc(gl.EQUAL, 0, 255);  // each pixel once
    gl.stencilOp(gl.KEEP, gl.KEEP, gl.INCR);
    gl.uniform4fv(place.flat_colour, [1, 1, 1, 0.3]);
    again();
    gl.depthFunc(gl.LESS);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.BLEND);
    gl.disable(gl.CULL_FACE);
    // The object itself stays free.
    gl.colorMask(false, false, false, false);
    gl.stencilFunc(gl.ALWAYS, 1, 255);
    gl.stencilOp(gl.KEEP, gl.KEEP, gl.REPLACE);
    again();
    gl.colorMask(true, true, true, true);
    gl.stencilFunc(gl.EQUAL, 0, 255);
    gl.stencilOp(gl.KEEP, gl.KEEP, gl.KEEP);
    for (const [width, colour] of rings) {
      gl.uniform4fv(place.flat_colour, colour);
      for (let i = 0; i < 12; ++i) {
        const angle = i * Math.PI / 6;
        gl.uniform4fv(place.part, [2 * width * Math.cos(angle) / canvas.clientWidth, 2 * width * Math.sin(angle) / canvas.clientHeight, 1, 1]);
        again();
      }
    }
    gl.uniform4fv(place.part, [0, 0, 1, 1]);
    gl.disable(gl.STENCIL_TEST);
    gl.uniform1i(place.kind, 0);
  }

  // ---- objects -------------------------------------------------------------------------------
  const pixel = gl.createFramebuffer();
  {
    gl.bindFramebuffer(gl.FRAMEBUFFER, pixel);
    const colours = gl.createTexture(), depths = gl.createRenderbuffer();
    gl.bindTexture(gl.TEXTURE_2D, colours);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA8, 1, 1);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, colours, 0);
    gl.bindRenderbuffer(gl.RENDERBUFFER, depths);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT16, 1, 1);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, depths);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
  }

  /** The number of the object at a place of the view, or 0. What is clearer counts only where nothing denser lies. */
  function objectAt(x, y) {
    const width = canvas.clientWidth, height = canvas.clientHeight, found = new Uint8Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, pixel);
    gl.viewport(0, 0, 1, 1);
    let number = 0;
    for (const [from, to] of [[1, 2], [0.4, 1], [0, 0.4]]) {
      const some = drawnSurfaces().filter((s) => s.opacity >= from && s.opacity < to);
      if (number || some.length === 0) continue;
      begin([2 * (x + 0.5) / width - 1, 1 - 2 * (y + 0.5) / height, width, height], 1);
      some.forEach((s) => paintSurface(s));
      gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, found);
      number = found[0] + 256 * (found[1] + 256 * (found[2] + 256 * found[3]));
    }
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return number;
  }

  /** Where a point in µm is seen, in pixels of the view. */
  function seenAt(point) {
    const v = [0, 1].map((k) => turn[k].reduce((sum, t, i) => sum + t * (point[i] - centre[i]), 0) + shift[k]);
    return { x: canvas.clientWidth / 2 + v[0] * zoom, y: canvas.clientHeight / 2 - v[1] * zoom };
  }

  const tag = document.getElementById('viewer-tag');
  function placeTag() {
    tag.hidden = !chosen;
    if (!chosen) return;
    const { x, y } = seenAt(chosen.centre);
    const half = Math.cbrt(3 * chosen.volume / (4 * Math.PI)) * zoom;  // a ball's
    tag.textContent = `${chosen.name} ${chosen.number}`;
    tag.style.left = `${x}px`;
    tag.style.top = `${half < 70 ? Math.max(y - half - 22, Math.min(y, 16)) : y}px`;  // what is small stays free
  }

  const numbers3d = new Set(surfaces.flatMap((s) => s.parts.map((p) => p.object)));
  if (cytomo.known.size > 0) {
    const bringIntoView = (object) => {
      const { x, y } = seenAt(object.centre);
      const panel = document.getElementById('viewer-panel');
      const covered = panel.offsetTop < canvas.clientHeight ? panel.offsetWidth + 20 : 20;
      const left = Math.min(covered, canvas.clientWidth / 2);
      if (x > left && y > 20 && x < canvas.clientWidth - 20 && y < canvas.clientHeight - 20) return;
      shift = [shift[0] + ((canvas.clientWidth + left) / 2 - x) / zoom, shift[1] - (canvas.clientHeight / 2 - y) / zoom];
    };
    cytomo.viewers.unshift({
      label: '3D view',
      has: (number) => numbers3d.has(number),
      choose(object) {
        chosen = object && numbers3d.has(object.number) ? object : null;
        if (chosen) bringIntoView(chosen);
        draw();
      },
      point(number) { pointed = number; draw(); },
      go(object) { bringIntoView(object); draw(); box.scrollIntoView({ block: 'center' }); },
    });
  }

  const scale = document.querySelector('#viewer-scale span');
  function paintScale() {
    const longest = 160 / zoom;
    const decade = Math.pow(10, Math.floor(Math.log10(longest)));
    const length = decade * [5, 2, 1].find((f) => f * decade <= longest);
    scale.style.width = `${length * zoom}px`;
    scale.textContent = `${Number(length.toPrecision(3))} µm`;
  }

  // ---- hands ---------------------------------------------------------------------------------
  const wheelHint = document.getElementById('viewer-wheel');
  const fingers = new Map();
  const between = () => {
    const [a, b] = [...fingers.values()];
    return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
  };
  const move = (dx, dy) => { shift = [shift[0] + dx / zoom, shift[1] - dy / zoom]; draw(); };
  function zoomAt(factor, x, y) {
    const next = Math.min(Math.max(zoom * factor, 20 / radius), 20000 / radius);
    const cx = x - canvas.clientWidth / 2, cy = canvas.clientHeight / 2 - y;
    shift = [shift[0] + cx / next - cx / zoom, shift[1] + cy / next - cy / zoom];  // what lies under the pointer stays
    zoom = next;
    draw();
  }
  let pressed = null, wheelZooms = false, asking = false;
  canvas.addEventListener('pointerdown', (e) => {
    canvas.setPointerCapture(e.pointerId);
    pressed = { x: e.offsetX, y: e.offsetY, moved: fingers.size > 0 };
    wheelZooms = true;
    wheelHint.hidden = true;
    cytomo.point(0);
    fingers.set(e.pointerId, { x: e.offsetX, y: e.offsetY });
  });
  canvas.addEventListener('pointermove', (e) => {
    const last = fingers.get(e.pointerId);
    if (!last) {
      if (asking || cytomo.known.size === 0) return;
      asking = true;  // once a picture is enough
      const { offsetX: x, offsetY: y, clientX, clientY } = e;
      requestAnimationFrame(() => {
        asking = false;
        if (fingers.size === 0 && canvas.matches(':hover')) cytomo.point(objectAt(x, y), clientX, clientY);
      });
      return;
    }
    if (Math.hypot(e.offsetX - pressed.x, e.offsetY - pressed.y) > 4) pressed.moved = true;
    const before = fingers.size === 2 ? between() : null;
    const dx = e.offsetX - last.x, dy = e.offsetY - last.y;
    fingers.set(e.pointerId, { x: e.offsetX, y: e.offsetY });
    if (before) {
      const now = between();
      move(now.x - before.x, now.y - before.y);
      if (before.apart > 0) zoomAt(now.apart / before.apart, now.x, now.y);
    } else if (e.shiftKey || e.buttons & 6) {
      move(dx, dy);
    } else {
      rotate(dx * 0.008, dy * 0.008);
    }
  });
  for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, (e) => fingers.delete(e.pointerId));
  canvas.addEventListener('click', (e) => { if (!pressed?.moved) cytomo.choose(objectAt(e.offsetX, e.offsetY)); });
  canvas.addEventListener('pointerleave', () => { cytomo.point(0); wheelZooms = false; wheelHint.hidden = true; });
  canvas.addEventListener('contextmenu', (e) => e.preventDefault());
  // The wheel belongs to the page, until the reader asks for it.
  canvas.addEventListener('wheel', (e) => {
    if (!e.ctrlKey && !e.metaKey && !wheelZooms) { wheelHint.hidden = false; return; }
    e.preventDefault();
    const lines = e.deltaMode === 1 ? 30 : 1;
    zoomAt(Math.exp(-e.deltaY * lines * 0.0012), e.offsetX, e.offsetY);
  }, { passive: false });
  canvas.addEventListener('dblclick', () => startView('three-quarter'));
  canvas.addEventListener('keydown', (e) => {
    const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[e.key];
    if (step) rotate(...step);
    else if (e.key === '+' || e.key === '-') zoomAt(e.key === '+' ? 1.15 : 1 / 1.15, canvas.clientWidth / 2, canvas.clientHeight / 2);
    else return;
    e.preventDefault();
  });
  canvas.addEventListener('webglcontextlost', () => { message.textContent = 'The graphics processor was reset: load the page again.'; message.hidden = false; });

  // ---- panel ---------------------------------------------------------------------------------
  const panel = document.getElementById('viewer-panel');
  const make = (tag, properties, parent) => parent.appendChild(Object.assign(document.createElement(tag), properties));
  for (const s of surfaces) {
    const row = make('div', { className: 'row' }, panel);
    const show = make('input', { type: 'checkbox', checked: true, ariaLabel: `show ${s.name}` }, row);
    const label = make('label', {}, row);
    const patch = make('span', { className: 'patch' }, label);
    patch.style.background = `rgb(${s.colour.map((c) => Math.round(255 * Math.pow(c, 1 / 2.2))).join(',')})`;
    label.append(s.name);
    label.addEventListener('click', () => show.click());
    const opacity = make('input', { type: 'range', min: 0.05, max: 1, step: 0.01, value: s.opacity, ariaLabel: `opacity of ${s.name}` }, row);
    show.addEventListener('change', () => { s.visible = show.checked; draw(); });
    opacity.addEventListener('input', () => { s.opacity = Number(opacity.value); draw(); });
  }
  const buttons = make('div', { className: 'buttons' }, panel);
  for (const name of Object.keys(views)) {
    make('button', { type: 'button', textContent: name }, buttons).addEventListener('click', () => startView(name));
  }
  new ResizeObserver(draw).observe(canvas);
  startView('three-quarter');
})();
