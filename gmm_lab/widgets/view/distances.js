// One point's arithmetic in K-means: its squared distance to each centre, and its share in each.

import { KEYS_ARE_OURS, colorOf, fixed, node, set, sign, spoken } from "./base.js";
import { derive, now } from "./mixture_state.js";

// spec: { squaredDistanceOf(state, n, k) of point n }
export function distancesPanel(spec, { store }) {
  const title = node("b"), range = node("input", { type: "range", min: 1, step: 1, "aria-label": "Point", ...KEYS_ARE_OURS });
  range.addEventListener("input", () => store.update({ at: Number(range.value) - 1 }, "look"));
  const body = node("tbody"), names = ["k", "squared distance", "share now"];
  const table = node("table", {}, node("thead", {}, node("tr", {}, ...names.map((name) => node("th", { scope: "col" }, name)))), body);
  const root = node("div", { class: "gmm-x-inspector" }, node("p", { class: "gmm-x-point" }, title), range, table);

  function draw(state) {
    const entry = now(state), { x, params } = entry, K = params.weights.length, N = x.length / 2, n = Math.min(state.at, N - 1);
    const words = N ? `Point ${n + 1} of ${N}` : "No point yet";
    set(range, { max: Math.max(1, N), "aria-valuetext": words });
    range.value = n + 1;
    title.textContent = N ? `${words} at (${[...x.subarray(2 * n, 2 * n + 2)].map((value) => spoken(value)).join(", ")})` : words;
    if (!N) return body.replaceChildren();
    const { q } = derive(entry);
    return body.replaceChildren(...Array.from({ length: K }, (_, k) => {
      const share = q[n * K + k], bar = node("i", { style: `width:${100 * share}%;background:${colorOf(k)}` });
      return node("tr", {}, node("th", { scope: "row" }, sign(k), ` ${k + 1}`), node("td", {}, spoken(spec.squaredDistanceOf(state, n, k))),
        node("td", {}, node("span", { class: "gmm-x-meter", "aria-hidden": true }, bar), `${fixed(100 * share, 1)} %`));
    }));
  }

  return { root, draw, stop() {} };
}
