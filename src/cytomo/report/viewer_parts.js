// What the 3D view is made of: surfaces as they lie in the page, and the programs of the graphics processor.
(() => {
  'use strict';
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

  const numbers = (text) => text.split(',').map(Number);

  cytomo.unpackSurface = (script) => {
    const text = atob(script.textContent);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
    const count = Number(script.dataset.vertices);
    const low = numbers(script.dataset.low), size = numbers(script.dataset.size);
    const packed = new Uint16Array(bytes.buffer, 0, 3 * count);
    const points = new Float32Array(3 * count);
    for (let i = 0; i < points.length; ++i) points[i] = low[i % 3] + packed[i] / 65535 * size[i % 3];
    const indices = new Uint32Array(bytes.buffer, Math.ceil(7 * count / 4) * 4, 3 * Number(script.dataset.triangles));
    const parts = [], objects = new Uint32Array(count);
    for (const part of (script.dataset.parts ?? '').split(',').filter(Boolean)) {
      const [object, triangles] = part.split(':').map(Number);
      const first = parts.length ? parts[parts.length - 1].first + parts[parts.length - 1].count : 0;
      parts.push({ object, first, count: 3 * triangles });
      for (let i = first; i < first + 3 * triangles; ++i) objects[indices[i]] = object;
    }
    return { points, indices, parts, objects, light: bytes.subarray(6 * count, 7 * count), normals: vertexNormals(points, indices), low, size };
  };

  cytomo.shaders = {
    vertex: `#version 300 es
    layout(location = 0) in vec3 point;
    layout(location = 1) in vec3 normal;
    layout(location = 2) in float light;
    layout(location = 3) in uint object;
    uniform mat3 turn; uniform vec3 centre; uniform vec2 shift; uniform vec2 zoom; uniform float radius;
    uniform vec4 part;  // of the view that is drawn: its middle, and how many times it fits in
    out vec3 n; out float sky; flat out uint number;
    void main() {
      vec3 p = turn * (point - centre);
      n = turn * normal;
      sky = light;
      number = object;
      gl_Position = vec4(((p.xy + shift) * zoom - part.xy) * part.zw, -p.z / (2.0 * radius), 1.0);
    }`,
    fragment: `#version 300 es
    precision highp float; precision highp int;
    in vec3 n; in float sky; flat in uint number;
    uniform vec3 colour; uniform float opacity;
    uniform uint pointed;
    uniform int kind;  // 0: as it looks, 1: numbers, 2: of one colour
    uniform vec4 flat_colour;
    out vec4 result;
    void main() {
      if (kind == 1) {
        result = vec4(uvec4(number, number >> 8, number >> 16, number >> 24) & 255u) / 255.0;
        return;
      }
      if (kind == 2) { result = flat_colour; return; }
      vec3 m = normalize(n) * (gl_FrontFacing ? 1.0 : -1.0);
      vec3 lamp = normalize(vec3(-0.55, 0.75, 0.75));
      float open = mix(1.0, sky, opacity * opacity);
      vec3 c = colour * (0.70 * (0.82 + 0.18 * m.y) * open + 0.62 * max(0.0, dot(m, lamp)) * (0.4 + 0.6 * open));
      c += 0.16 * opacity * open * pow(max(0.0, dot(m, normalize(lamp + vec3(0.0, 0.0, 1.0)))), 36.0);
      if (number != 0u && number == pointed) c = mix(c, vec3(1.0), 0.28);
      float graze = 1.0 - min(1.0, abs(m.z));
      float face = opacity * opacity, rim = 1.0 - pow(1.0 - opacity, 3.0);
      float a = mix(face, rim, graze * graze * graze) * (gl_FrontFacing || opacity >= 1.0 ? 1.0 : 0.5);
      result = vec4(pow(min(c, 1.0), vec3(1.0 / 2.2)), a);
    }`,
  };
})();
