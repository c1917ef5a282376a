// One point's arithmetic: π_k N(x | μ_k, Σ_k) for each k, their sum, the shares; and the point itself as numbers.

import { KEYS_ARE_OURS, button, colorOf, decimalsOf, field, fixed, node, parsed, set, sign, spoken } from "./base.js";
import { nComponents } from "./kernel.js";
import { derive, now, termsOf } from "./mixture_state.js";

const percent = (share) => `${fixed(100 * share, 1)} %`;

// spec: { axesOf(state), onMove(n, place), onRemove(n) }
export function inspectorPanel(spec, { store }) {
  const title = node("b"), range = node("input", { type: "range", min: 1, step: 1, "aria-label": "Point", ...KEYS_ARE_OURS });
  range.addEventListener("input", () => store.update({ at: Number(range.value) - 1 }, "look"));
  const body = node("tbody");
  const table = node("table", {}, node("thead", {}, node("tr", {}, ...["k", "π N(x | μ, Σ)", "share", "q now"].map((name) => node("th", { scope: "col" }, name)))), body);
  const write = (d) => (text) => {
    const n = store.state.at, { x } = now(store.state), place = [x[2 * n], x[2 * n + 1]];
    place[d] = parsed(text);
    spec.onMove(n, place);
  };
  const fields = [0, 1].map((d) => field(`x${"₁₂"[d]}`, {}, write(d)));
  const remove = button("Remove point", "", () => spec.onRemove(store.state.at));
  const root = node("div", { class: "gmm-x-inspector" }, node("p", { class: "gmm-x-point" }, title), range, table,
    node("div", { class: "gmm-x-line" }, ...fields.map((one) => one.root), remove));

  function draw(state, how) {
    const entry = now(state), N = entry.x.length / 2, n = Math.min(state.at, N - 1), K = nComponents(entry.params);
    set(range, { max: Math.max(1, N) });
    range.value = n + 1;
    const place = [entry.x[2 * n], entry.x[2 * n + 1]], decimals = spec.axesOf(state).map(({ domain }) => Math.max(0, decimalsOf(domain) - 1));
    const words = N ? `Point ${n + 1} of ${N}` : "No point yet";
    set(range, { "aria-valuetext": words });
    title.textContent = N ? `${words} at (${place.map((value, d) => fixed(value, decimals[d])).join(", ")})` : words;
    setFields(N ? place : ["", ""], how);
    if (!N) return body.replaceChildren();
    const terms = termsOf(entry, n), { resp, q } = derive(entry), sum = terms.reduce((before, term) => before + Math.exp(term), 0);
    const row = (name, ...cells) => node("tr", {}, node("th", { scope: "row" }, ...name), ...cells.map((cell) => node("td", {}, ...[cell].flat())));
    const bar = (k, share) => node("span", { class: "gmm-x-meter", "aria-hidden": true }, node("i", { style: `width:${100 * share}%;background:${colorOf(k)}` }));
    return body.replaceChildren(
      ...Array.from({ length: K }, (_, k) => row([sign(k), ` ${k + 1}`], spoken(Math.exp(terms[k])),
        [bar(k, resp[n * K + k]), percent(resp[n * K + k])], percent(q[n * K + k]))),
      row(["sum"], spoken(sum), percent(1), percent(1)),
    );
  }

  function setFields(place, how) {
    if (how === "drag") return;
    fields.forEach(({ control }, d) => {
      const text = String(place[d]).replace("-", "\u2212");
      if (control !== document.activeElement || parsed(control.value) !== place[d]) control.value = text;
    });
  }

  return { root, draw, stop() {} };
}
