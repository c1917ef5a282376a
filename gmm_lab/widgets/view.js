// The one view of all widgets: it plays a table that Python has written, and computes nothing of its own.
//
//   render   controls, live region, table of the numbers; follows the traits `choice` and `frame` in both directions
//   PANELS   what a table may ask for: `plane` (points and Gaussians) and `ledger` (stacked bars that add up)
//
// A panel is { nodes, draw(frames, width, height) }. It is given the frames up to the present one only: readers are asked
// to predict the next, and nothing on the screen, scales included, may tell them.

const PLAY_INTERVAL = 900; // ms: time to see what changed

// ---------------------------------------------------------------------------------------------------------- elements

const maker = (namespace) => (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(namespace, tag);
  set(element, attributes);
  element.append(...children);
  return element;
};
const node = maker("http://www.w3.org/1999/xhtml");
const svgNode = maker("http://www.w3.org/2000/svg");

function svgText(x, y, content, anchor) {
  return svgNode("text", { x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor }, content);
}

// Unchanged attributes are left alone: a half-step touches a part of what is drawn.
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
}

// A disabled button would drop the focus of a reader who has just pressed it; this one keeps it and does nothing.
const setOff = (control, off) => set(control, { "aria-disabled": off });
const isOff = (control) => control.getAttribute("aria-disabled") === "true";

function button(label, className, onClick) {
  const element = node("button", { type: "button", class: className }, label);
  element.addEventListener("click", () => isOff(element) || onClick());
  return element;
}

// ----------------------------------------------------------------------------------------------------------- numbers

function formatted(value, decimals) {
  return value.toFixed(decimals).replace(/^-(?=[0.]*$)/, "").replace("-", "\u2212");
}

// The round step of 1, 2 or 5 times a power of ten that cuts [low, high] into at most `count` parts.
function niceStep(low, high, count) {
  const power = 10 ** Math.floor(Math.log10((high - low) / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size * count >= (high - low) * 0.999);
  const digit = Math.floor(Math.log10(step) + 1e-9);
  return { step, grain: 10 ** digit, decimals: Math.max(0, -digit) };
}

function ticks([low, high], count) {
  const { step, decimals } = niceStep(low, high, count);
  const first = Math.ceil(low / step - 1e-6);
  const last = Math.floor(high / step + 1e-6);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
    .map((value) => ({ value, label: formatted(value, decimals) }));
}

// Ticks of an axis of data, and what its name must add: a power of ten that labels of 1e-9 or 1e12 would repeat. There
// are as many ticks as their labels leave room for: those of Unix times are ten figures long.
function axisTicks([low, high], count, pixels = Infinity) {
  const size = Math.floor(Math.log10(Math.max(Math.abs(low), Math.abs(high))));
  const power = size < -3 || size > 10 ? size : 0;
  const marks = (most) => ticks([low, high].map((end) => end / 10 ** power), most)
    .map(({ value, label }) => ({ value: value * 10 ** power, label }));
  const fits = (list) => list.length < 2 || list.every(({ label }) =>
    LETTER * (label.length + 2) <= (pixels * (list[1].value - list[0].value)) / (high - low));
  const most = [...Array(Math.floor(count)).keys()].map((i) => Math.floor(count) - i).find((n) => fits(marks(n)));
  return { marks: marks(most ?? 1), unit: power ? ` (×10${superscript(power)})` : "" };
}

const LETTER = 7.2; // px, the width of a figure in a label
const superscript = (power) => [...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");

function scale([low, high], [from, to]) {
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

// A frame leaves out what has not changed, so that the table stays small: take it from the frame before.
function filledIn(frames) {
  let held = [];
  return frames.map((frame) => {
    held = frame.marks.map((mark, panel) => ({ ...held[panel], ...mark }));
    return { ...frame, marks: held };
  });
}

// ------------------------------------------------------------------------------------------------- signs of components

function polygon(radii, turn = 0) {
  const corners = radii.map((radius, i) => {
    const angle = (2 * Math.PI * i) / radii.length - Math.PI / 2 + turn;
    return `${(radius * Math.cos(angle)).toFixed(3)} ${(radius * Math.sin(angle)).toFixed(3)}`;
  });
  return `M${corners.join("L")}Z`;
}

// About the same area each, for a radius of 1.
const SHAPES = {
  circle: "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z",
  square: polygon(Array(4).fill(1.25), Math.PI / 4),
  triangle: polygon(Array(3).fill(1.45)),
  diamond: polygon([1.5, 1.1, 1.5, 1.1]),
  pentagon: polygon(Array(5).fill(1.15)),
  plus: "M-.4 -1.2H.4V-.4H1.2V.4H.4V1.2H-.4V.4H-1.2V-.4H-.4Z",
  cross: "M-1.2 -.65L-.65 -1.2L0 -.55L.65 -1.2L1.2 -.65L.55 0L1.2 .65L.65 1.2L0 .55L-.65 1.2L-1.2 .65L-.55 0Z",
  star: polygon([1.5, 0.65, 1.5, 0.65, 1.5, 0.65, 1.5, 0.65, 1.5, 0.65]),
};
const DASHES = ["none", "7 4", "9 3 2 3", "2 3"];
const CIRCLE = Array.from({ length: 73 }, (_, i) => [Math.cos((i * Math.PI) / 36), Math.sin((i * Math.PI) / 36)]);

function channels(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

function mixedColor(colors, shares) {
  const mix = [0, 1, 2].map((channel) => shares.reduce((sum, share, k) => sum + share * colors[k][channel], 0) / 100);
  return `rgb(${mix.map(Math.round).join(" ")})`;
}

function line(places) {
  return `M${places.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
}

// ------------------------------------------------------------------------------------------------------ panel: plane

function planePanel(spec, { table, id }) {
  const colors = table.colors.map(channels);
  const shape = (k) => SHAPES[table.markers[k]];
  const axes = svgNode("g");
  const clip = svgNode("rect");
  const points = spec.points.map(() => svgNode("path", { class: "gmm-dot" }));
  const components = table.colors.map((color, k) => {
    const stroke = { stroke: color, "stroke-dasharray": DASHES[k % DASHES.length] };
    return {
      trail: svgNode("path", { class: "gmm-trail", stroke: color }),
      // Each with a halo of paper, or it is lost among points of its own colour.
      ellipses: [1, 2].map((sd) => svgNode("g", { class: `gmm-ellipse gmm-sd${sd}` },
        svgNode("path", { class: "gmm-halo" }), svgNode("path", { class: "gmm-ring", ...stroke }))),
      mean: svgNode("path", { class: "gmm-mean", d: shape(k), fill: color }),
    };
  });
  const inside = svgNode("g", { "clip-path": `url(#${id}-clip)` }, ...points);
  for (const { trail, ellipses } of components) inside.append(trail, ...ellipses);
  inside.append(...components.map(({ mean }) => mean));
  const svg = svgNode("svg", { role: "img" }, svgNode("clipPath", { id: `${id}-clip` }, clip), axes, inside);

  const legend = node("p", { class: "gmm-legend" });
  table.components.forEach((name, k) => {
    const sign = svgNode("path", { d: shape(k), fill: table.colors[k] });
    legend.append(node("span", {}, svgNode("svg", { viewBox: "-1.6 -1.6 3.2 3.2", "aria-hidden": true }, sign), name));
  });
  legend.append(node("small", {}, spec.note));

  let toX, toY, drawnSize, drawnShares;

  function layOut(width, height) {
    drawnSize = `${width} ${height}`;
    const yTicks = axisTicks(spec.y.domain, 5);
    const left = 14 + LETTER * Math.max(...yTicks.marks.map(({ label }) => label.length));
    const [right, top, bottom] = [width - 8, 26, height - 42];
    const xTicks = axisTicks(spec.x.domain, Math.min(6, width / 60), right - left);
    toX = scale(spec.x.domain, [left, right]);
    toY = scale(spec.y.domain, [bottom, top]);
    set(svg, { viewBox: `0 0 ${drawnSize}` });
    set(clip, { x: left, y: top, width: right - left, height: bottom - top });
    axes.replaceChildren(
      svgNode("path", { class: "gmm-axis", d: `M${left} ${top}V${bottom}H${right}` }),
      ...yTicks.marks.map(({ value, label }) => svgText(left - 8, toY(value) + 4, label, "end")),
      ...xTicks.marks.map(({ value, label }) => svgText(toX(value), bottom + 17, label, "middle")),
      svgText(0, 12, spec.y.label + yTicks.unit, "start"),
      svgText((left + right) / 2, height - 6, spec.x.label + xTicks.unit, "middle"),
    );
    const radius = points.length > 400 ? 2.6 : 3.3;
    spec.points.forEach(([x, y], n) => {
      set(points[n], { transform: `translate(${toX(x).toFixed(1)} ${toY(y).toFixed(1)}) scale(${radius})` });
    });
  }

  function colour(flat) {
    const free = colors.length - 1;
    points.forEach((point, n) => {
      const shares = flat.slice(n * free, (n + 1) * free);
      shares.push(shares.reduce((rest, share) => rest - share, 100));
      set(point, { d: shape(shares.indexOf(Math.max(...shares))), fill: mixedColor(colors, shares) });
    });
    drawnShares = flat;
  }

  function draw(frames, width, height) {
    const marks = frames.map((frame) => frame.marks[spec.index]);
    const { shares, gaussians } = marks.at(-1);
    if (drawnSize !== `${width} ${height}`) layOut(width, height);
    if (drawnShares !== shares) colour(shares);
    set(svg, { "aria-label": `${spec.title}: ${frames.at(-1).label}` });
    components.forEach(({ trail, ellipses, mean }, k) => {
      const [x, y, l11, l21, l22] = gaussians[k];
      ellipses.forEach((ellipse, i) => {
        const outline = CIRCLE.map(([u, v]) => [toX(x + (i + 1) * l11 * u), toY(y + (i + 1) * (l21 * u + l22 * v))]);
        [...ellipse.children].forEach((path) => set(path, { d: line(outline) }));
      });
      set(trail, { d: line(marks.map((mark) => [toX(mark.gaussians[k][0]), toY(mark.gaussians[k][1])])) });
      set(mean, { transform: `translate(${toX(x).toFixed(1)} ${toY(y).toFixed(1)}) scale(6)` });
    });
  }

  return { nodes: [legend], svg, draw };
}

// ----------------------------------------------------------------------------------------------------- panel: ledger

function ledgerPanel(spec, { id, redraw }) {
  const axes = svgNode("g");
  const bars = svgNode("g");
  const hatch = svgNode(
    "pattern",
    { id: `${id}-hatch`, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
    svgNode("rect", { class: "gmm-hatch-paper", width: 5, height: 5 }),
    svgNode("rect", { class: "gmm-hatch-line", width: 2, height: 5 }),
  );
  const svg = svgNode("svg", { role: "img" }, hatch, axes, bars);

  // The identity in numbers is the legend of the bars as well.
  const names = [spec.total, ...spec.parts];
  const values = names.map(() => node("b"));
  const signs = ["", "= ", ...Array(spec.parts.length - 1).fill("+ ")];
  const identity = node("p", { class: "gmm-legend gmm-identity" });
  names.forEach((name, i) => {
    const swatch = node("i", { class: `gmm-swatch gmm-swatch${i}`, "aria-hidden": true });
    identity.append(node("span", {}, signs[i], swatch, `${name} `, values[i]), " ");
  });
  const zoom = node("input", { type: "checkbox" });
  zoom.addEventListener("click", (event) => isOff(zoom) && event.preventDefault());
  zoom.addEventListener("change", redraw);

  // The axis begins at a round number below the smallest bar; a zero would leave a wall of equal bars.
  function domain(shown) {
    const low = Math.min(...shown.map((bar) => bar.parts[0]));
    const high = Math.max(...shown.map((bar) => bar.total));
    const span = Math.max(high - low, 10 * 10 ** -spec.decimals); // no finer than the numbers themselves
    const { grain, decimals } = niceStep(low, low + span, 5);
    const base = Math.floor((low - 0.1 * span) / grain + 1e-6) * grain;
    return { base, top: Math.ceil(high / grain - 1e-6) * grain, baseLabel: formatted(base, decimals) };
  }

  function draw(frames, width, height) {
    const all = frames.map(({ tick, marks }) => {
      const { parts } = marks[spec.index];
      return { tick, parts, total: parts.reduce((sum, part) => sum + part) };
    });
    const recent = spec.zoom.last;
    setOff(zoom, all.length <= recent);
    const shown = zoom.checked ? all.slice(-recent) : all;
    const now = all.at(-1);
    [now.total, ...now.parts].forEach((value, i) => { values[i].textContent = formatted(value, spec.decimals); });

    const { base, top, baseLabel } = domain(shown);
    const yTicks = ticks([base, top], 5);
    const left = 14 + 7.2 * Math.max(...yTicks.map(({ label }) => label.length));
    const [right, ceiling, bottom] = [width - 8, 26, height - 42];
    const toY = scale([base, top], [bottom, ceiling]);
    // Room for a few more bars, so that the bars do not get narrower at each half-step.
    const pitch = (right - left) / (Math.ceil(shown.length / recent) * recent);
    const every = 2 ** Math.max(0, Math.ceil(Math.log2(36 / pitch)));
    const middle = (i) => left + (i + 0.5) * pitch;
    set(svg, { viewBox: `0 0 ${width} ${height}`, "aria-label": `${spec.title}: ${frames.at(-1).label}` });
    axes.replaceChildren(
      ...yTicks.map(({ value }) => svgNode("path", { class: "gmm-rule", d: `M${left} ${toY(value).toFixed(1)}H${right}` })),
      svgNode("path", { class: "gmm-axis", d: `M${left} ${bottom}H${right}` }),
      ...yTicks.map(({ value, label }) => svgText(left - 8, toY(value) + 4, label, "end")),
      ...shown.map(({ tick }, i) => ({ tick, i })).filter(({ i }) => i % every === 0)
        .map(({ tick, i }) => svgText(middle(i), bottom + 17, tick, "middle")),
      svgText(0, 12, `${spec.label} (axis starts at ${baseLabel}, not at 0)`, "start"),
      svgText((left + right) / 2, height - 6, spec.x, "middle"),
    );

    while (bars.children.length < shown.length) bars.append(stack(id, spec.parts.length));
    while (bars.children.length > shown.length) bars.lastChild.remove();
    shown.forEach(({ parts, total }, i) => {
      const group = bars.children[i];
      set(group, { class: i === shown.length - 1 ? "gmm-bar gmm-now" : "gmm-bar" });
      const place = { x: (middle(i) - 0.4 * pitch).toFixed(1), width: (0.8 * pitch).toFixed(1) };
      let [foot, sum] = [bottom, 0];
      parts.forEach((part, j) => {
        sum += part;
        const head = toY(sum);
        set(group.children[j], { ...place, y: head.toFixed(1), height: Math.max(0, foot - head).toFixed(1) });
        foot = head;
      });
      set(group.lastChild, { ...place, y: (toY(total) - 2.5).toFixed(1) });
    });
  }

  return { nodes: [identity, node("label", { class: "gmm-check" }, zoom, spec.zoom.label)], svg, draw };
}

// One bar: the parts from the foot up, and a cap at the total.
function stack(id, nParts) {
  const fills = Array.from({ length: nParts }, (_, j) => (j ? { fill: `url(#${id}-hatch)` } : {}));
  const parts = fills.map((fill, j) => svgNode("rect", { class: `gmm-part${j}`, ...fill }));
  return svgNode("g", {}, ...parts, svgNode("rect", { class: "gmm-cap", height: 2.5 }));
}

const PANELS = { plane: planePanel, ledger: ledgerPanel };

// ------------------------------------------------------------------------------------------------------------ render

function render({ model, el }) {
  let table = model.get("table");
  let frames, run, timer;
  const id = `gmm-${table.name}-${Math.random().toString(36).slice(2, 8)}`; // unique if shown twice on one page

  // What the reader does goes into the model; the model's change event brings it to the screen, whoever made it.
  const lastFrame = () => frames.length - 1;
  const present = () => Math.min(model.get("frame"), lastFrame());

  function go(to) {
    model.set("frame", Math.max(0, Math.min(to, lastFrame())));
    model.save_changes();
  }

  function choose() {
    const choice = selects.map((select) => select.selectedIndex); // before anything is drawn: that puts them back
    stop();
    model.set("frame", 0);
    model.set("choice", choice);
    model.save_changes(); // one message with both: a new run begins at its start
  }

  function ask() {
    stop();
    try {
      model.send({ kind: "extend" });
    } catch {
      status.textContent = "Python does not answer any more: its kernel was restarted or has ended. Run this cell again "
        + "for new starts; the runs that are here go on working.";
    }
  }

  const byHand = (to) => () => { stop(); go(to()); };
  const next = button("", "gmm-main", byHand(() => present() + 1));
  const back = button("Back", "", byHand(() => present() - 1));
  const again = button("Start again", "", byHand(() => 0));
  const play = button("Play", "", () => (timer ? stop() : start()));
  const range = node("input", { type: "range", min: 0, step: 1 });
  range.addEventListener("input", () => byHand(() => Number(range.value))());
  const selects = table.choices.map(() => node("select"));
  selects.forEach((select) => select.addEventListener("change", choose));
  const extras = table.extendable && model.send
    ? [button("New random start", "", ask)] : [];

  const status = node("p", { class: "gmm-status", role: "status" });
  const here = node("span", { class: "gmm-here", "aria-hidden": true });
  const rows = node("tbody");
  const numbers = node("details", { class: "gmm-details" }, node("summary", {}, "Table of the numbers"),
    node("div", { class: "gmm-numbers", tabindex: 0, role: "group", "aria-label": "Rows up to now" },
      node("table", {},
        node("thead", {}, node("tr", {}, ...table.columns.map((name) => node("th", { scope: "col" }, name)))), rows)));
  numbers.addEventListener("toggle", () => draw());

  const panels = table.panels.map((spec, index) =>
    PANELS[spec.kind]({ ...spec, index }, { table, id: `${id}-${index}`, redraw: () => draw() }));
  const plots = panels.map(({ svg }, i) => node("div", { class: `gmm-plot gmm-plot-${table.panels[i].kind}` }, svg));

  const root = node("div",
    {
      class: "gmm-player", role: "group", "aria-labelledby": `${id}-title`, "aria-describedby": `${id}-description`,
    },
    node("div", { class: "gmm-head" },
      node("p", { class: "gmm-title", id: `${id}-title` }, table.title),
      ...table.choices.map(({ label }, i) => node("label", { class: "gmm-choice" }, `${label} `, selects[i])), ...extras),
    node("p", { class: "gmm-hidden", id: `${id}-description` }, table.description),
    node("div", { class: "gmm-panels" }, ...panels.map(({ nodes }, i) =>
      node("div", { class: "gmm-panel" }, node("p", { class: "gmm-caption" }, table.panels[i].title), plots[i], ...nodes))),
    node("div", { class: "gmm-controls" }, next, back, play, again,
      node("label", { class: "gmm-range" }, node("span", {}, table.step), range, here)),
    status, numbers);

  function start() {
    if (present() === lastFrame()) go(0);
    timer = setInterval(() => {
      if (present() >= lastFrame() - 1) stop(); // before the last frame is drawn, so that it is announced
      go(present() + 1);
    }, PLAY_INTERVAL);
    drawPlaying();
  }

  function stop() {
    clearInterval(timer);
    timer = undefined;
    drawPlaying();
  }

  function drawPlaying() {
    play.textContent = timer ? "Pause" : "Play";
    // While it plays, a screen reader would never come to an end; the frame at which it stops is announced.
    set(status, { "aria-live": timer ? "off" : "polite" });
  }

  // Everything is read from the model: the traits of one message arrive in any order.
  function update() {
    const choice = model.get("choice");
    if (table !== model.get("table")) readTable();
    const chosen = table.choices.reduce((index, { options }, i) => index * options.length + choice[i], 0);
    if (!table.runs[chosen]) return; // the table that has this run is still to come
    if (chosen !== run) {
      run = chosen;
      frames = filledIn(table.runs[run].frames);
      rows.replaceChildren();
    }
    draw();
  }

  function readTable() {
    table = model.get("table");
    selects.forEach((select, i) => {
      const { options } = table.choices[i];
      while (select.options.length > options.length) select.lastChild.remove();
      options.forEach((name, o) => { (select.options[o] ?? select.appendChild(node("option"))).textContent = name; });
    });
    run = undefined;
  }

  function drawNumbers(at) {
    while (rows.rows.length > at + 1) rows.deleteRow(-1);
    for (let i = rows.rows.length; i <= at; i += 1) {
      const [name, ...cells] = frames[i].row;
      rows.append(node("tr", {}, node("th", { scope: "row" }, name), ...cells.map((cell) => node("td", {}, cell))));
    }
    [...rows.rows].forEach((row, i) => (i === at ? set(row, { "aria-current": "step" }) : row.removeAttribute("aria-current")));
    const scroller = numbers.lastChild;
    scroller.scrollTop = scroller.scrollHeight; // not scrollIntoView: that would move the page
  }

  function draw() {
    const at = present();
    const frame = frames[at];
    panels.forEach((panel, i) => {
      const { width, height } = plots[i].getBoundingClientRect();
      if (width && height) panel.draw(frames.slice(0, at + 1), width, height); // no size yet: the observer comes back
    });
    selects.forEach((select, i) => { select.selectedIndex = model.get("choice")[i]; });
    set(range, { max: lastFrame(), "aria-valuetext": frame.label });
    range.value = at;
    here.textContent = frame.label;
    next.textContent = frame.next ? `Do the ${frame.next}` : "The run ends here";
    setOff(next, at === lastFrame());
    setOff(play, lastFrame() === 0);
    [back, again].forEach((control) => setOff(control, at === 0));
    if (numbers.open) drawNumbers(at);
    if (status.textContent !== frame.status) status.textContent = frame.status;
  }

  // JupyterLab, Notebook and JupyterLite take keys from whatever has the focus, unless it says this itself: the arrow
  // keys would move to another cell, and the letter m would turn the cell into text and take the widget away.
  for (const control of root.querySelectorAll("button, input, select, summary, [tabindex]")) {
    set(control, { "data-lm-suppress-shortcuts": true });
  }
  readTable();
  update();
  drawPlaying();
  el.append(root);
  const observer = new ResizeObserver(() => draw());
  plots.forEach((plot) => observer.observe(plot));
  const followed = ["change:table", "change:choice", "change:frame"];
  followed.forEach((event) => model.on(event, update));

  return () => {
    clearInterval(timer);
    observer.disconnect();
    followed.forEach((event) => model.off(event, update));
  };
}

export default { render };
