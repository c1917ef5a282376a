// The ledger: log-likelihood = ELBO + KL as numbers with their changes, and one bar for each half-step.

import { axisTicks, fixed, node, scale, set, svgNode, svgText, widthOf } from "./base.js";
import { derive } from "./mixture_state.js";

const SHOWN = 8, SCALED = 3; // bars; those whose height sets the scale, so that the first jump does not flatten the rest
const [HEIGHT, SMALLEST, DECIMALS] = [190, 100, 2];
const ROWS = [["log-likelihood", "logLikelihood"], ["ELBO", "elbo"], ["KL", "kl"]];

// Hundredths that add up: the first two are rounded, and the KL is what they differ by.
export function rounded({ logLikelihood, elbo }) {
  const cut = (value) => Math.round(value * 100) / 100;
  const [total, bound] = [cut(logLikelihood), cut(elbo)];
  return { logLikelihood: total, elbo: bound, kl: cut(total - bound) };
}

export function ledgerPanel(_, { id }) {
  const values = ROWS.map(() => node("b")), changes = ROWS.map(() => node("span", { class: "gmm-x-change" }));
  const table = node("dl", { class: "gmm-x-sums" }, ...ROWS.flatMap(([name], i) => [
    node("dt", {}, node("i", { class: `gmm-x-swatch${i}`, "aria-hidden": true }), name), node("dd", {}, values[i], changes[i]),
  ]));
  const axes = svgNode("g"), bars = svgNode("g");
  const hatch = svgNode("pattern", { id: `${id}-hatch`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svgNode("rect", { class: "gmm-x-paper", width: 5, height: 5 }), svgNode("rect", { class: "gmm-x-inked", width: 2, height: 5 }));
  const svg = svgNode("svg", { role: "img", height: HEIGHT }, hatch, axes, bars);
  const root = node("div", { class: "gmm-x-ledger" }, table, svg);

  function draw(state) {
    const entries = state.entries.slice(-SHOWN), sums = entries.map((entry) => rounded(derive(entry)));
    const last = sums.at(-1), before = sums.at(-2);
    ROWS.forEach(([, name], i) => {
      values[i].textContent = fixed(last[name], DECIMALS);
      const change = before ? Math.round(100 * (last[name] - before[name])) / 100 : 0;
      changes[i].textContent = change ? `${change > 0 ? "▲" : "▼"} ${fixed(Math.abs(change), DECIMALS)}` : "";
    });
    const width = root.getBoundingClientRect().width;
    if (width < SMALLEST) return;
    drawBars(entries, sums, width);
    set(svg, { viewBox: `0 0 ${width} ${HEIGHT}`, "aria-label": `Ledger of the last half-steps: ${entries.map(({ label }) => label).join(", ")}` });
  }

  function drawBars(entries, sums, width) {
    const recent = sums.slice(-SCALED);
    const low = Math.min(...recent.map(({ elbo }) => elbo)), high = Math.max(...recent.map(({ logLikelihood }) => logLikelihood));
    const span = Math.max(high - low, 0.05), domain = [low - 0.25 * span, high + 0.05 * span];
    const ticks = axisTicks(domain, 4), left = 8 + widthOf(ticks), [right, top, bottom] = [width - 2, 8, HEIGHT - 22];
    const toY = scale(domain, [bottom, top]), pitch = (right - left) / SHOWN;
    const inside = (value) => Math.max(top, Math.min(bottom, toY(value)));
    axes.replaceChildren(
      ...ticks.marks.map(({ value }) => svgNode("path", { class: "gmm-x-rule", d: `M${left} ${toY(value).toFixed(1)}H${right}` })),
      ...ticks.marks.map(({ value, label }) => svgText(left - 6, toY(value) + 4, label, "end")),
      ...entries.map(({ label }, i) => svgText(left + (i + 0.5) * pitch, HEIGHT - 6, label, "middle")),
    );
    bars.replaceChildren(...sums.map(({ logLikelihood, elbo }, i) => {
      const place = { x: (left + (i + 0.14) * pitch).toFixed(1), width: (0.72 * pitch).toFixed(1) };
      const [head, foot] = [inside(logLikelihood), inside(elbo)];
      const group = svgNode("g", { class: i === sums.length - 1 ? "gmm-x-bar gmm-x-now" : "gmm-x-bar" });
      if (logLikelihood <= domain[0]) { // below the scale: a stump that is broken off
        group.append(svgNode("rect", { class: "gmm-x-bound", ...place, y: bottom - 6, height: 6 }), brokenOff(place, bottom - 6));
        return group;
      }
      group.append(svgNode("rect", { class: "gmm-x-bound", ...place, y: foot.toFixed(1), height: (bottom - foot).toFixed(1) }));
      group.append(svgNode("rect", { fill: `url(#${id}-hatch)`, ...place, y: head.toFixed(1), height: Math.max(0, foot - head).toFixed(1) }));
      if (logLikelihood <= domain[1]) group.append(svgNode("rect", { class: "gmm-x-inked", ...place, y: (head - 1.5).toFixed(1), height: 2.5 }));
      else group.append(brokenOff(place, top + 3)); // a fall by hand: what was before stands above the scale
      return group;
    }));
  }

  return { root, draw, stop() {} };
}

function brokenOff({ x, width }, y) {
  const [from, step] = [Number(x), Number(width) / 4];
  return svgNode("path", { class: "gmm-x-break", d: `M${from - 1} ${y}l${step} -3l${step} 4l${step} -4l${step + 2} 3` });
}
