// A number against the half-steps of a run: its value with its change, and a line of the last ones.

import { axisTicks, node, scale, set, spoken, svgNode, svgText, widthOf } from "./base.js";

const SHOWN = 16, SCALED = 6; // dots; those that set the scale, so that the first jump does not flatten the rest
const [HEIGHT, SMALLEST] = [170, 100];

// spec: { name, valuesOf(state) -> [{ label, value }, ...] }, the last is the present.
export function curvePanel({ name, valuesOf }) {
  const value = node("b"), change = node("span", { class: "gmm-x-change" });
  const sums = node("dl", { class: "gmm-x-sums" }, node("dt", {}, name), node("dd", {}, value, change));
  const axes = svgNode("g"), line = svgNode("path", { class: "gmm-x-curve" }), dots = svgNode("g");
  const svg = svgNode("svg", { role: "img", height: HEIGHT }, axes, line, dots);
  const root = node("div", { class: "gmm-x-ledger" }, sums, svg);

  function draw(state) {
    const all = valuesOf(state).slice(-SHOWN), last = all.at(-1).value, by = all.length > 1 ? last - all.at(-2).value : 0;
    value.textContent = spoken(last, 6);
    change.textContent = by ? `${by > 0 ? "▲" : "▼"} ${spoken(Math.abs(by), 3)}` : "";
    const { width } = root.getBoundingClientRect();
    if (width < SMALLEST) return;
    const recent = all.slice(-SCALED).map((entry) => entry.value), low = Math.min(...recent), high = Math.max(...recent);
    const span = Math.max(high - low, 1e-6 * Math.abs(high), 1e-300), domain = [low - 0.15 * span, high + 0.15 * span];
    const ticks = axisTicks(domain, 4), left = 8 + widthOf(ticks), [right, top, bottom] = [width - 4, 20, HEIGHT - 22];
    const toY = scale(domain, [bottom, top]), pitch = (right - left) / SHOWN, toX = (i) => left + (i + 0.5) * pitch;
    const inside = (y) => Math.max(top - 6, Math.min(bottom, y)); // what stands above the scale is broken off
    const places = all.map((entry, i) => [toX(i), inside(toY(entry.value))]);
    axes.replaceChildren(
      ...ticks.marks.map(({ value: at }) => svgNode("path", { class: "gmm-x-rule", d: `M${left} ${toY(at).toFixed(1)}H${right}` })),
      ...ticks.marks.map(({ value: at, label }) => svgText(left - 6, toY(at) + 4, label, "end")),
      ...all.flatMap(({ label }, i) => ((all.length - 1 - i) % 2 ? [] : [svgText(toX(i), HEIGHT - 6, label, "middle")])),
      ...(ticks.unit ? [svgText(left, 10, ticks.unit, "start")] : []),
    );
    set(line, { d: `M${places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}` });
    dots.replaceChildren(...places.map(([x, y], i) => svgNode("circle", {
      cx: x.toFixed(1), cy: y.toFixed(1), r: 3.5, class: toY(all[i].value) < top - 6 ? "gmm-x-out" : "gmm-x-inked" })));
    set(svg, { viewBox: `0 0 ${width} ${HEIGHT}`, "aria-label": `${name} of the last half-steps: ${all.map((entry) => `${entry.label} ${spoken(entry.value, 6)}`).join(", ")}` });
  }

  return { root, draw, stop() {} };
}
