// The X-ray that is tried, as the network judges it: turned, brighter, blurred, cut or covered.
//
// Each change is sent to the server, which changes the pixels themselves, judges them as Classify
// does and sends back picture, heat map and probabilities. One question is on its way at a time;
// what was asked for meanwhile is sent when its answer is there.

const STYLE = `
  .all { display: flex; flex-wrap: wrap; gap: 1.25rem; color: var(--st-text-color);
    font-family: var(--st-font); font-size: 0.875rem; }
  .film { position: relative; flex: 1 1 260px; max-width: 420px; align-self: flex-start;
    background: #000; border-radius: 6px; line-height: 0; touch-action: none; cursor: crosshair; }
  .film img { width: 100%; border-radius: 6px; user-select: none; -webkit-user-drag: none; }
  .drawn { position: absolute; border: 2px solid #fff; outline: 1px solid #000;
    box-sizing: border-box; pointer-events: none; display: none; }
  .side { flex: 1 1 260px; min-width: 0; }
  .head { font-size: 1.15rem; font-weight: 600; margin: 0 0 0.6rem; overflow-wrap: anywhere;
    min-height: 3rem; }
  .bar { display: grid; grid-template-columns: minmax(5rem, 9rem) 1fr 3.5rem; gap: 0.5rem;
    align-items: center; margin: 0.3rem 0; }
  .bar span { overflow-wrap: anywhere; }
  .track { height: 1.1rem; border-radius: 3px; background: var(--st-secondary-background-color);
    position: relative; }
  .fill { height: 100%; border-radius: 3px; transition: width 0.12s linear; }
  .mark { position: absolute; top: -3px; bottom: -3px; width: 3px; background: currentColor; }
  fieldset { border: 0; margin: 1rem 0 0; padding: 0; display: grid; gap: 0.35rem; }
  legend { font-weight: 600; padding: 0; margin-bottom: 0.2rem; }
  label { display: grid; grid-template-columns: 5.5rem 1fr 4rem; gap: 0.5rem; align-items: center; }
  label.tick { display: flex; }
  input { accent-color: var(--st-primary-color); min-width: 0; }
  output { font-variant-numeric: tabular-nums; }
  .row { display: flex; flex-wrap: wrap; gap: 0.75rem; align-items: center; }
  button { font: inherit; color: inherit; background: transparent; cursor: pointer;
    border: 1px solid var(--st-border-color, #8888); border-radius: 8px; padding: 0.25rem 0.75rem; }
  .hint { margin: 0; opacity: 0.8; }
  @media (prefers-reduced-motion: reduce) { .fill { transition: none; } }
`;
const SLIDERS = [
  ["rotate", "Turn", 1, (value) => `${value}°`],
  ["brightness", "Brightness", 0.05, (value) => `× ${value.toFixed(2)}`],
  ["blur", "Blur", 0.1, (value) => `${value.toFixed(1)} %`],
  ["crop", "Cut edges", 1, (value) => `${value} %`],
];
const LONGEST = 4000; // milliseconds after which an answer is no longer waited for
const SMALLEST = 0.02; // a covered part below this share of a side is a press, which uncovers

function made(name, options = {}, ...children) {
  const element = Object.assign(document.createElement(name), options);
  element.append(...children);
  return element;
}

class WhatIf {
  constructor(root) {
    this.film = made("div", { className: "film" });
    this.image = made("img", { draggable: false });
    this.drawn = made("div", { className: "drawn" });
    this.film.append(this.image, this.drawn);
    this.head = made("p", { className: "head" });
    this.head.setAttribute("aria-live", "polite");
    this.bars = made("div", { className: "bars" });
    this.controls = made("fieldset", {}, made("legend", { textContent: "What if …" }));
    this.side = made("div", { className: "side" }, this.head, this.bars, this.controls);
    root.replaceChildren(
      made("style", { textContent: STYLE }),
      made("div", { className: "all" }, this.film, this.side),
    );
    this.film.addEventListener("pointerdown", (event) => this.begin(event));
    this.film.addEventListener("pointermove", (event) => this.move(event));
    this.film.addEventListener("pointerup", () => this.end());
    this.film.addEventListener("pointercancel", () => this.end());
    this.turn = 0;
    this.answered = 0;
  }

  receive(data) {
    this.limits = data.limits;
    if (data.id !== this.id) {
      this.id = data.id;
      this.answered = this.turn = Math.max(this.turn, data.turn);
      this.wanted = null;
      this.values = { ...data.values };
      this.draw();
    }
    if (data.turn >= this.answered) this.show(data);
    this.answered = Math.max(this.answered, data.turn);
    if (this.wanted && this.answered >= this.turn) this.send();
  }

  draw() {
    this.inputs = {};
    const rows = SLIDERS.map(([name, title, step, told]) => {
      const [min, max] = this.limits[name];
      const input = made("input", { type: "range", min, max, step, value: this.values[name] });
      const output = made("output", { textContent: told(this.values[name]) });
      input.name = name;
      input.addEventListener("input", () => {
        this.values[name] = Number(input.value);
        output.textContent = told(this.values[name]);
        this.ask();
      });
      this.inputs[name] = () => {
        input.value = this.values[name];
        output.textContent = told(this.values[name]);
      };
      return made("label", {}, made("span", { textContent: title }), input, output);
    });
    const heat = made("input", { type: "checkbox", checked: this.values.heat, name: "heat" });
    heat.addEventListener("change", () => {
      this.values.heat = heat.checked;
      this.ask();
    });
    const middle = made("button", { type: "button", textContent: "Cover the middle" });
    middle.addEventListener("click", () => this.cover([0.35, 0.35, 0.65, 0.65]));
    const back = made("button", { type: "button", textContent: "As it was" });
    back.addEventListener("click", () => {
      this.values.cover = null;
      for (const [name] of SLIDERS) this.values[name] = this.limits[name][2];
      Object.values(this.inputs).forEach((set) => set());
      this.ask();
    });
    this.controls.replaceChildren(
      made("legend", { textContent: "What if …" }),
      ...rows,
      made("p", { className: "hint",
        textContent: "Draw on the X-ray to cover a part of it; press it to uncover." }),
      made("div", { className: "row" }, middle, back,
        made("label", { className: "tick" }, heat, made("span", { textContent: "Heat map" }))),
    );
  }

  show({ picture, alt, headline, bars, instead, classes }) {
    if (picture) this.image.src = picture;
    this.image.alt = alt;
    this.head.textContent = headline;
    // The sliders stay where they are when there is no answer.
    this.bars.style.minHeight = `${1.75 * classes}rem`;
    const rows = [...this.bars.children];
    if (rows.length !== bars.length || rows.some((row, at) => row.title !== bars[at].name)) {
      this.bars.replaceChildren(...bars.map((bar) => this.row(bar)));
    }
    bars.forEach(({ share, text }, at) => {
      const row = this.bars.children[at];
      row.querySelector(".fill").style.width = `${100 * share}%`;
      row.lastChild.textContent = text;
    });
    if (!bars.length) {
      this.bars.replaceChildren(made("p", { className: "hint", textContent: instead }));
    }
  }

  row({ name, colour, threshold }) {
    const fill = made("div", { className: "fill" });
    fill.style.background = colour;
    const track = made("div", { className: "track" }, fill);
    if (threshold !== null) {
      const mark = made("div", { className: "mark", title: "Threshold" });
      mark.style.left = `${100 * Math.min(1, threshold)}%`;
      track.append(mark);
    }
    return made("div", { className: "bar", title: name },
      made("span", { textContent: name }), track, made("output", {}));
  }

  place(event) {
    const { left, top, width, height } = this.image.getBoundingClientRect();
    const inside = (share) => Math.min(1, Math.max(0, share));
    return [inside((event.clientX - left) / width), inside((event.clientY - top) / height)];
  }

  begin(event) {
    if (event.button) return;
    this.from = this.place(event);
    this.film.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (!this.from) return;
    const [x, y] = this.from;
    const [u, v] = this.place(event);
    this.cover([Math.min(x, u), Math.min(y, v), Math.max(x, u), Math.max(y, v)], true);
  }

  end() {
    if (!this.from) return;
    this.from = null;
    this.drawn.style.display = "none";
    const [left, top, right, bottom] = this.values.cover || [0, 0, 0, 0];
    if (!this.moved || Math.max(right - left, bottom - top) < SMALLEST) this.cover(null);
    this.moved = false;
  }

  cover(part, drawing = false) {
    this.values.cover = part;
    this.moved = drawing;
    if (drawing) {
      const [left, top, right, bottom] = part.map((share) => `${100 * share}%`);
      Object.assign(this.drawn.style, { display: "block", left, top,
        width: `calc(${right} - ${left})`, height: `calc(${bottom} - ${top})` });
    }
    this.ask();
  }

  ask() {
    this.wanted = { ...this.values };
    if (this.answered >= this.turn || performance.now() - this.sent > LONGEST) this.send();
  }

  send() {
    this.turn += 1;
    this.sent = performance.now();
    const asked = { id: this.id, turn: this.turn, ...this.wanted };
    this.wanted = null;
    this.tell(asked);
  }
}

const kept = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!data || !data.id) return undefined;
  let what = kept.get(parentElement);
  if (!what) {
    what = new WhatIf(parentElement);
    kept.set(parentElement, what);
  }
  what.tell = (asked) => setStateValue("asked", asked);
  what.receive(data);
  return undefined;
}
