// What every panel is made of: elements, numbers as a reader writes them, ticks, scales, and the signs of components.

const maker = (namespace) => (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(namespace, tag);
  set(element, attributes);
  element.append(...children);
  return element;
};
export const node = maker("http://www.w3.org/1999/xhtml");
export const svgNode = maker("http://www.w3.org/2000/svg");
export const svgText = (x, y, content, anchor) => (
  svgNode("text", { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor }, content));

// Unchanged attributes are left alone: a half-step touches a part of what is drawn.
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}

// JupyterLab, Notebook and JupyterLite take keys from whatever has the focus, unless it says this itself.
export const KEYS_ARE_OURS = { "data-lm-suppress-shortcuts": true };

// A disabled button would drop the focus of a reader who has just pressed it; this one keeps it and does nothing.
export const setOff = (control, off) => set(control, { "aria-disabled": off });
export const isOff = (control) => control.getAttribute("aria-disabled") === "true";

export function button(label, className, onClick) {
  const element = node("button", { type: "button", class: className, ...KEYS_ARE_OURS }, label);
  element.addEventListener("click", () => isOff(element) || onClick());
  return element;
}

// A select with its label; options are pairs [value, words].
export function select(label, options, onChange) {
  const control = node("select", KEYS_ARE_OURS, ...options.map(([value, words]) => node("option", { value }, words)));
  control.addEventListener("change", () => onChange(control.value));
  return { control, root: node("label", { class: "gmm-x-field" }, node("span", {}, label), control) };
}

export function checkbox(label, onChange) {
  const control = node("input", { type: "checkbox", ...KEYS_ARE_OURS });
  control.addEventListener("change", () => onChange(control.checked));
  return { control, root: node("label", { class: "gmm-x-check" }, control, node("span", {}, label)) };
}

// An input that says what was written in it: on Enter (which JupyterLab keeps from `change`), and when it is left.
export function field(label, attributes, onWrite) {
  const control = node("input", { type: "text", inputmode: "decimal", autocomplete: "off", ...attributes, ...KEYS_ARE_OURS });
  let told = null;
  const write = () => {
    if (control.value === told) return;
    told = control.value;
    onWrite(control.value);
  };
  control.addEventListener("focus", () => { told = control.value; });
  control.addEventListener("change", write);
  control.addEventListener("keydown", (event) => event.key === "Enter" && write());
  return { control, root: node("label", { class: "gmm-x-field" }, node("span", {}, label), control) };
}

// ----------------------------------------------------------------------------------------------------------- numbers

const signed = (text) => text.replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");

// A number with so many decimals, with a minus sign instead of a hyphen, and no negative zero.
export const fixed = (value, decimals) => signed(value.toFixed(decimals));

// A number as it is said: with so many figures, and a power of ten where there would be many zeros.
export function spoken(value, figures = 4) {
  const size = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (size >= -4 && size < 7) return fixed(value, Math.min(20, Math.max(0, figures - 1 - size)));
  const [digits, power] = value.toExponential(2).split("e");
  return `${signed(digits)}·10${superscript(Number(power))}`;
}

// What someone wrote as a number, or NaN: any minus sign, a decimal comma.
export const parsed = (text) => (text.trim() ? Number(text.trim().replace("\u2212", "-").replace(",", ".")) : NaN);

const superscript = (power) => [...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");

// Decimals that cut a width into a few thousand parts: finer than a screen.
export const decimalsOf = ([low, high]) => Math.min(20, Math.max(0, 3 - Math.floor(Math.log10(high - low))));

// The value on the grid of so many decimals: what a hand places must be the same after a trip through a link.
export const snapped = (value, decimals) => Number(value.toFixed(decimals));

// ------------------------------------------------------------------------------------------------------------- scales

export const scale = ([low, high], [from, to]) => (value) => from + ((value - low) / (high - low)) * (to - from);

const LETTER = 7.2; // px, the width of a figure in a label
export const widthOf = (ticks) => LETTER * Math.max(...ticks.marks.map(({ label }) => label.length));

// The round step of 1, 2 or 5 times a power of ten that cuts [low, high] into at most `count` parts.
export function niceStep(low, high, count) {
  const power = 10 ** Math.floor(Math.log10((high - low) / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size * count >= (high - low) * 0.999);
  return { step, decimals: Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))) };
}

function ticksOf([low, high], count) {
  const { step, decimals } = niceStep(low, high, count);
  const [first, last] = [Math.ceil(low / step - 1e-6), Math.floor(high / step + 1e-6)];
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
    .map((value) => ({ value, label: fixed(value, decimals) }));
}

// Ticks of an axis, and what its name must add: a power of ten that labels of 1e-9 or 1e12 would repeat. There are as
// many ticks as their labels leave room for: those of Unix times are ten figures long.
export function axisTicks([low, high], count, pixels = Infinity) {
  const size = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  const power = size < -3 || size > 10 ? size : 0;
  const marks = (most) => ticksOf([low, high].map((end) => end / 10 ** power), most)
    .map(({ value, label }) => ({ value: value * 10 ** power, label }));
  const fits = (list) => list.length < 2 || list.every(({ label }) =>
    LETTER * (label.length + 2) <= (pixels * (list[1].value - list[0].value)) / (high - low));
  for (let most = Math.floor(count); most > 1; most -= 1) {
    if (fits(marks(most))) return { marks: marks(most), unit: power ? ` (×10${superscript(power)})` : "" };
  }
  return { marks: marks(1), unit: power ? ` (×10${superscript(power)})` : "" };
}

// ----------------------------------------------------------------------------------------------- signs of components

function polygon(radii, turn = 0) {
  const corners = radii.map((radius, i) => {
    const angle = (2 * Math.PI * i) / radii.length - Math.PI / 2 + turn;
    return `${(radius * Math.cos(angle)).toFixed(3)} ${(radius * Math.sin(angle)).toFixed(3)}`;
  });
  return `M${corners.join("L")}Z`;
}

// In the order of gmm_lab.palette.MARKERS; about the same area each, for a radius of 1.
export const SHAPES = {
  circle: "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z",
  square: polygon(Array(4).fill(1.25), Math.PI / 4),
  triangle: polygon(Array(3).fill(1.45)),
  diamond: polygon([1.5, 1.1, 1.5, 1.1]),
  pentagon: polygon(Array(5).fill(1.15)),
  plus: "M-.4 -1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
  cross: "M-1.2 -.65L-.65 -1.2L0 -.55L.65 -1.2L1.2 -.65L.55 0L1.2 .65L.65 1.2L0 .55L-.65 1.2L-1.2 .65L-.55 0Z",
  star: polygon([1.5, 0.65, 1.5, 0.65, 1.5, 0.65, 1.5, 0.65, 1.5, 0.65]),
};
export const shapeOf = (k) => Object.values(SHAPES)[k % 8];
export const DASHES = ["none", "7 4", "9 3 2 3", "2 3", "12 4", "5 2 1 2", "3 5", "1 3"];
export const colorOf = (k) => `var(--gmm-c${(k % 8) + 1})`;

// The sign of component k, in the size of the text around it.
export const sign = (k) => svgNode("svg", { class: "gmm-x-sign", viewBox: "-1.6 -1.6 3.2 3.2", "aria-hidden": true },
  svgNode("path", { d: shapeOf(k), style: `fill:${colorOf(k)}` }));
