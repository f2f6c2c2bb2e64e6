// 3D view of the surfaces in the page. Orthographic, so that the scale bar is right at any depth.
// Clear shells are drawn after opaque surfaces, far walls before near ones; their opacity grows
// towards grazing angles. `opacity` o of a class becomes o² face on and 1 - (1 - o)³ at the rim.
(() => {
  'use strict';
  const box = document.getElementById('viewer');
  const canvas = box.querySelector('canvas');
  const message = document.getElementById('viewer-message');
  const gl = canvas.getContext('webgl2', { antialias: true, alpha: true, premultipliedAlpha: true });
  if (!gl) {
    message.textContent = 'This browser shows no WebGL 2, which the 3D view needs. The picture above and ' +
      'the files in the folder "surfaces" show the same.';
    return;
  }
  message.hidden = true;

  // ---- surfaces ------------------------------------------------------------------------------
  const numbers = (text) => text.split(',').map(Number);

  function unpack(script) {
    const text = atob(script.textContent);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
    const count = Number(script.dataset.vertices);
    const low = numbers(script.dataset.low), size = numbers(script.dataset.size);
    const packed = new Uint16Array(bytes.buffer, 0, 3 * count);
    const points = new Float32Array(3 * count);
    for (let i = 0; i < points.length; ++i) points[i] = low[i % 3] + packed[i] / 65535 * size[i % 3];
    const indices = new Uint32Array(bytes.buffer, Math.ceil(7 * count / 4) * 4, 3 * Number(script.dataset.triangles));
    return { points, indices, light: bytes.subarray(6 * count, 7 * count), normals: vertexNormals(points, indices), low, size };
  }

  function vertexNormals(p, indices) {
    const n = new Float32Array(p.length);
    for (let t = 0; t < indices.length; t += 3) {
      const a = 3 * indices[t], b = 3 * indices[t + 1], c = 3 * indices[t + 2];
      const ux = p[b] - p[a], uy = p[b + 1] - p[a + 1], uz = p[b + 2] - p[a + 2];
      const vx = p[c] - p[a], vy = p[c + 1] - p[a + 1], vz = p[c + 2] - p[a + 2];
      const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
      for (const i of [a, b, c]) { n[i] += x; n[i + 1] += y; n[i + 2] += z; }
    }
    for (let i = 0; i < n.length; i += 3) {
      const l = Math.hypot(n[i], n[i + 1], n[i + 2]) || 1;
      n[i] /= l; n[i + 1] /= l; n[i + 2] /= l;
    }
    return n;
  }

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
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, surface.indices, gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    return array;
  }

  const startOpacity = { opaque: 1, translucent: 0.62, glass: 0.2 };
  const surfaces = [...document.querySelectorAll('script.mesh')].map((script) => {
    const data = unpack(script);
    return {
      name: script.dataset.name,
      colour: numbers(script.dataset.colour).map((c) => Math.pow(c / 255, 2.2)),
      opacity: startOpacity[script.dataset.look],
      visible: true,
      points: data.points,
      count: data.indices.length,
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
  gl.attachShader(program, shader(gl.VERTEX_SHADER, `#version 300 es
    layout(location = 0) in vec3 point;
    layout(location = 1) in vec3 normal;
    layout(location = 2) in float light;
    uniform mat3 turn; uniform vec3 centre; uniform vec2 shift; uniform vec2 zoom; uniform float radius;
    out vec3 n; out float sky;
    void main() {
      vec3 p = turn * (point - centre);
      n = turn * normal;
      sky = light;
      gl_Position = vec4((p.xy + shift) * zoom, -p.z / (2.0 * radius), 1.0);
    }`));
  gl.attachShader(program, shader(gl.FRAGMENT_SHADER, `#version 300 es
    precision highp float;
    in vec3 n; in float sky;
    uniform vec3 colour; uniform float opacity;
    out vec4 result;
    void main() {
      vec3 m = normalize(n) * (gl_FrontFacing ? 1.0 : -1.0);
      vec3 lamp = normalize(vec3(-0.55, 0.75, 0.75));
      float open = mix(1.0, sky, opacity * opacity);
      vec3 c = colour * (0.70 * (0.82 + 0.18 * m.y) * open + 0.62 * max(0.0, dot(m, lamp)) * (0.4 + 0.6 * open));
      c += 0.16 * opacity * open * pow(max(0.0, dot(m, normalize(lamp + vec3(0.0, 0.0, 1.0)))), 36.0);
      float graze = 1.0 - min(1.0, abs(m.z));
      float face = opacity * opacity, rim = 1.0 - pow(1.0 - opacity, 3.0);
      float a = mix(face, rim, graze * graze * graze) * (gl_FrontFacing || opacity >= 1.0 ? 1.0 : 0.5);
      result = vec4(pow(min(c, 1.0), vec3(1.0 / 2.2)), a);
    }`));
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  const at = (name) => gl.getUniformLocation(program, name);
  const place = { turn: at('turn'), centre: at('centre'), shift: at('shift'), zoom: at('zoom'), radius: at('radius'), colour: at('colour'), opacity: at('opacity') };

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
    gl.clearColor(0, 0, 0, 0);
    gl.depthMask(true);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.useProgram(program);
    gl.uniformMatrix3fv(place.turn, true, turn.flat());
    gl.uniform3fv(place.centre, centre);
    gl.uniform2fv(place.shift, shift);
    gl.uniform2f(place.zoom, 2 * zoom / canvas.clientWidth, 2 * zoom / canvas.clientHeight);
    gl.uniform1f(place.radius, radius);
    gl.enable(gl.DEPTH_TEST);

    const shown = surfaces.filter((s) => s.visible && s.opacity > 0);
    gl.disable(gl.BLEND);
    gl.disable(gl.CULL_FACE);
    shown.filter((s) => s.opacity >= 1).forEach(paintSurface);

    const clear = shown.filter((s) => s.opacity < 1).sort((a, b) => a.extent - b.extent);
    gl.enable(gl.BLEND);
    gl.blendFuncSeparate(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA, gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.depthMask(false);
    gl.enable(gl.CULL_FACE);
    gl.cullFace(gl.FRONT);
    [...clear].reverse().forEach(paintSurface);  // far walls: the outer shell lies behind
    gl.cullFace(gl.BACK);
    clear.forEach(paintSurface);
    paintScale();
  }

  function paintSurface(s) {
    gl.uniform3fv(place.colour, s.colour);
    gl.uniform1f(place.opacity, s.opacity);
    gl.bindVertexArray(s.array);
    gl.drawElements(gl.TRIANGLES, s.count, gl.UNSIGNED_INT, 0);
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
  canvas.addEventListener('pointerdown', (e) => {
    canvas.setPointerCapture(e.pointerId);
    fingers.set(e.pointerId, { x: e.offsetX, y: e.offsetY });
  });
  canvas.addEventListener('pointermove', (e) => {
    const last = fingers.get(e.pointerId);
    if (!last) return;
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
  canvas.addEventListener('contextmenu', (e) => e.preventDefault());
  canvas.addEventListener('wheel', (e) => {
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
