// The plane: points coloured by their shares, the density, one pair of ellipses a component, and the handles over them.

import { DASHES, axisTicks, colorOf, scale, set, shapeOf, svgNode, svgText, node, widthOf } from "./base.js";
import { contour, gridLine } from "./field.js";
import { logJoint, nComponents } from "./kernel.js";
import { createHandles } from "./handles.js";
import { derive, ellipse, now } from "./mixture_state.js";

const [COLUMNS, ROWS] = [96, 72], SMALLEST = 100, MOVING = 350; // px below which nothing is drawn; ms of a transition
const LEVELS = [0.03, 0.15, 0.4, 0.75]; // of the highest density

const line = (places) => `M${places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}Z`;
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// spec: { axesOf(state) -> [{ label, domain }, ...], handlesOf: (spaceOf) => (state) => handles, onTap(place, near),
//         cellsOf(params, state) -> a polygon in data units for each component, if it has one }
export function planePanel(spec, { store, id, tell }) {
  const canvas = node("canvas", { "aria-hidden": true }), axes = svgNode("g"), rings = svgNode("g", { "clip-path": `url(#${id}-clip)` }), cells = svgNode("g");
  const clip = svgNode("rect"), layer = svgNode("g"), spot = svgNode("circle", { class: "gmm-x-spot", r: 9 });
  const svg = svgNode("svg", { role: "group", "aria-label": "Points and components" }, svgNode("clipPath", { id: `${id}-clip` }, clip), cells, axes, rings, spot, layer);
  const root = node("div", { class: "gmm-x-plane" }, canvas, svg);
  let space = null, shown = null, frame = 0;
  const spaceOf = () => space;
  const handles = createHandles({ layer, store, handlesOf: spec.handlesOf(spaceOf), spaceOf, tell });

  function layOut(state) {
    const { width, height } = root.getBoundingClientRect();
    if (width < SMALLEST || height < SMALLEST) return false;
    const [xAxis, yAxis] = spec.axesOf(state), key = [width, height, ...xAxis.domain, ...yAxis.domain, xAxis.label, yAxis.label].join(" ");
    if (space?.key === key) return true;
    const yTicks = axisTicks(yAxis.domain, 5), left = 12 + widthOf(yTicks), [right, top, bottom] = [width - 6, 24, height - 40];
    const xTicks = axisTicks(xAxis.domain, Math.min(6, width / 60), right - left);
    const toX = scale(xAxis.domain, [left, right]), toY = scale(yAxis.domain, [bottom, top]);
    const fromX = scale([left, right], xAxis.domain), fromY = scale([bottom, top], yAxis.domain);
    const step = [xAxis, yAxis].map(({ domain: [low, high] }) => (high - low) / 50);
    const xs = gridLine(xAxis.domain, COLUMNS), ys = gridLine(yAxis.domain, ROWS), nodes = new Float64Array(2 * COLUMNS * ROWS);
    for (let i = 0; i < COLUMNS * ROWS; i += 1) nodes.set([xs[i % COLUMNS], ys[Math.floor(i / COLUMNS)]], 2 * i);
    const inside = ([x, y]) => [Math.max(left, Math.min(right, x)), Math.max(top, Math.min(bottom, y))];
    space = {
      key, width, height, left, right, top, bottom, toX, toY, step, nodes,
      toData: ([x, y]) => [fromX(x), fromY(y)],
      fromPointer({ clientX, clientY }) {
        const box = svg.getBoundingClientRect();
        return inside([clientX - box.left, clientY - box.top]);
      },
    };
    set(svg, { viewBox: `0 0 ${width} ${height}` });
    set(clip, { x: left, y: top, width: right - left, height: bottom - top });
    const ratio = window.devicePixelRatio || 1;
    Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    axes.replaceChildren(
      ...yTicks.marks.map(({ value }) => svgNode("path", { class: "gmm-x-rule", d: `M${left} ${toY(value).toFixed(1)}H${right}` })),
      svgNode("path", { class: "gmm-x-axis", d: `M${left} ${bottom}H${right}` }),
      ...yTicks.marks.map(({ value, label }) => svgText(left - 7, toY(value) + 4, label, "end")),
      ...xTicks.marks.map(({ value, label }) => svgText(toX(value), bottom + 17, label, "middle")),
      svgText(0, 12, yAxis.label + yTicks.unit, "start"), svgText(right, height - 5, xAxis.label + xTicks.unit, "end"),
    );
    return true;
  }

  // The colours as the page has them now, in light or dark, as [r, g, b].
  function paletteOf(K) {
    const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const probe = (name) => { root.style.color = `var(${name})`; const value = getComputedStyle(root).color; root.style.color = ""; return value; };
    const asNumbers = (css) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = css; pen.fillRect(0, 0, 1, 1); return [...pen.getImageData(0, 0, 1, 1).data]; };
    return { of: Array.from({ length: K }, (_, k) => asNumbers(probe(`--gmm-c${(k % 8) + 1}`))), ink: probe("--gmm-x-ink"), paper: probe("--gmm-x-paper") };
  }

  let colors = null;
  function drawCanvas(state, { x, params, q }) {
    const pen = canvas.getContext("2d"), K = nComponents(params), ratio = canvas.width / space.width;
    if (!colors || colors.of.length < K) colors = paletteOf(Math.max(6, K));
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, space.width, space.height);
    pen.save();
    pen.beginPath();
    pen.rect(space.left, space.top, space.right - space.left, space.bottom - space.top);
    pen.clip();
    if (state.density) drawDensity(pen, params, K);
    pen.restore();
    const radius = x.length > 800 ? 2.6 : 3.3, paths = Array.from({ length: K }, (_, k) => new Path2D(shapeOf(k)));
    pen.strokeStyle = colors.paper;
    pen.lineWidth = 0.25;
    for (let n = 0; n < x.length / 2; n += 1) {
      const mix = [0, 0, 0];
      let best = 0;
      for (let k = 0; k < K; k += 1) {
        const share = q[n * K + k];
        if (share > q[n * K + best]) best = k;
        for (let c = 0; c < 3; c += 1) mix[c] += share * colors.of[k][c];
      }
      pen.setTransform(ratio * radius, 0, 0, ratio * radius, ratio * space.toX(x[2 * n]), ratio * space.toY(x[2 * n + 1]));
      pen.fillStyle = `rgba(${mix[0] | 0},${mix[1] | 0},${mix[2] | 0},.82)`;
      pen.fill(paths[best]);
      pen.stroke(paths[best]);
    }
    pen.setTransform(1, 0, 0, 1, 0, 0);
  }

  const wash = document.createElement("canvas");
  Object.assign(wash, { width: COLUMNS, height: ROWS });
  function drawDensity(pen, params, K) {
    const joint = logJoint(space.nodes, params), values = new Float64Array(COLUMNS * ROWS), mix = new Float64Array(3 * values.length);
    let top = 0;
    for (let i = 0; i < values.length; i += 1) {
      for (let k = 0; k < K; k += 1) {
        const part = Math.exp(joint[i * K + k]);
        values[i] += part;
        for (let c = 0; c < 3; c += 1) mix[3 * i + c] += part * colors.of[k][c];
      }
      top = Math.max(top, values[i]);
    }
    if (!(top > 0)) return;
    const brush = wash.getContext("2d"), image = brush.createImageData(COLUMNS, ROWS);
    for (let i = 0; i < values.length; i += 1) {
      if (values[i] < 1e-4 * top) continue; // its wash could not be seen
      const at = 4 * ((ROWS - 1 - Math.floor(i / COLUMNS)) * COLUMNS + (i % COLUMNS));
      for (let c = 0; c < 3; c += 1) image.data[at + c] = mix[3 * i + c] / values[i];
      image.data[at + 3] = 62 * Math.sqrt(values[i] / top);
    }
    brush.putImageData(image, 0, 0);
    pen.drawImage(wash, space.left, space.top, space.right - space.left, space.bottom - space.top);
    const toX = scale([0, COLUMNS - 1], [space.left, space.right]), toY = scale([0, ROWS - 1], [space.bottom, space.top]);
    pen.beginPath();
    for (const level of LEVELS) {
      for (const [x1, y1, x2, y2] of contour(values, COLUMNS, ROWS, level * top)) { pen.moveTo(toX(x1), toY(y1)); pen.lineTo(toX(x2), toY(y2)); }
    }
    pen.globalAlpha = 0.28;
    pen.strokeStyle = colors.ink;
    pen.lineWidth = 1;
    pen.stroke();
    pen.globalAlpha = 1;
  }

  function drawRings(params, active) {
    const K = nComponents(params);
    while (rings.children.length > K) rings.lastChild.remove();
    for (let k = 0; k < K; k += 1) {
      const group = rings.children[k] ?? rings.appendChild(svgNode("g", { class: "gmm-x-ring" }, svgNode("path"), svgNode("path", { class: "gmm-x-one" })));
      set(group, { style: `stroke:${colorOf(k)};stroke-dasharray:${DASHES[k % 8]}`, "data-active": k === active });
      [2, 1].forEach((sds, i) => set(group.children[i], { d: line(ellipse(params, k, sds).map(([x, y]) => [space.toX(x), space.toY(y)])) }));
    }
  }

  function drawCells(polygons) {
    cells.replaceChildren(...polygons.map((corners, k) => svgNode("path", {
      class: "gmm-x-cell", style: `--gmm-own:${colorOf(k)}`, d: corners.length ? line(corners.map(([x, y]) => [space.toX(x), space.toY(y)])) : "" })));
  }

  function paint(state, picture) {
    drawCanvas(state, picture);
    if (spec.cellsOf) drawCells(spec.cellsOf(picture.params, state));
    drawRings(picture.params, state.active);
    shown = picture;
  }

  // From what was shown to what is true now, so that the eye sees what moved.
  function animate(state, from, to) {
    const began = performance.now(), between = (a, b, t) => a.map((value, i) => value + (b[i] - value) * t);
    const tick = (time) => {
      const t = Math.min(1, Math.max(0, (time - began) / MOVING)), ease = t * t * (3 - 2 * t);
      const part = (name) => between(from.params[name], to.params[name], ease);
      paint(state, t === 1 ? to : {
        x: to.x, q: between(from.q, to.q, ease), params: { weights: part("weights"), means: part("means"), covariances: part("covariances") },
      });
      frame = t < 1 ? requestAnimationFrame(tick) : 0;
    };
    tick(began);
  }

  function draw(state, how) {
    if (!layOut(state)) return;
    const { x, params } = now(state), picture = { x, params, q: derive(now(state)).q };
    cancelAnimationFrame(frame);
    const moves = (how === "step" || how === "undo") && !isCalm() && shown && shown.q.length === picture.q.length && shown.params.weights.length === params.weights.length;
    if (moves) animate(state, shown, picture);
    else paint(state, picture);
    const n = Math.min(state.at, x.length / 2 - 1);
    set(spot, n < 0 ? { visibility: "hidden" } : { visibility: "visible", cx: space.toX(x[2 * n]).toFixed(1), cy: space.toY(x[2 * n + 1]).toFixed(1) });
    handles.draw(state);
  }

  let pressed = null;
  svg.addEventListener("pointerdown", (event) => { pressed = space && space.fromPointer(event); });
  svg.addEventListener("pointerup", (event) => {
    if (!pressed || event.target.closest(".gmm-x-handle")) return;
    const place = space.fromPointer(event);
    if (Math.hypot(place[0] - pressed[0], place[1] - pressed[1]) < 8) spec.onTap(space.toData(place), nearest(place));
    pressed = null;
  });

  // The point under a finger, or -1; and how far the closest one is.
  function nearest(place) {
    const { x } = now(store.state);
    let best = { n: -1, distance: Infinity };
    for (let n = 0; n < x.length / 2; n += 1) {
      const distance = Math.hypot(space.toX(x[2 * n]) - place[0], space.toY(x[2 * n + 1]) - place[1]);
      if (distance < best.distance) best = { n, distance };
    }
    return best;
  }

  return { root, draw, recolor() { colors = null; draw(store.state, "quiet"); }, stop: () => cancelAnimationFrame(frame) };
}
