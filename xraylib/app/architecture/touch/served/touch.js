// The network as a drawing that one can touch: an X-ray goes through it, and every number is the
// network's own, computed here. Streamlit calls the default export with what the server packed.

import { DensePanel } from "./dense_panel.js";
import { carry, moved, reach } from "./journey.js";
import { readPacket, refresh } from "./packet.js";
import { coloursOf, h, times } from "./paint.js";
import { PlainPanel } from "./plain_panel.js";
import { Strip } from "./strip.js";
import { STYLE } from "./style.js";
import { WindowPanel } from "./window_panel.js";

const STEP = 8; // pixels by which the X-ray is moved

class Drawing {
  constructor(parent) {
    this.shift = [0, 0];
    this.seed = 1;
    this.opened = null;
    this.runs = 0;
    this.ask = () => {};
    this.strip = new Strip(
      (index) => this.open(this.opened === index ? null : index),
      (index) => this.ask("edit", index),
      (from, to) => this.put(from, to),
      (words) => this.say(words));
    this.tools = h("div", { class: "row tools" });
    this.panelElement = h("section", { class: "panel", "aria-label": "The open layer" });
    this.live = h("p", { class: "hidden-words", role: "status" });
    this.element = h("div", { class: "touch", "data-testid": "touch" },
      this.tools, this.strip.element, this.panelElement, this.live);
    this.element.drawing = this;
    parent.append(h("style", {}), this.element);
    parent.querySelector("style").textContent = STYLE;
    this.watch = new ResizeObserver(() => this.resized());
    this.watch.observe(this.element);
    this.scheme = window.matchMedia("(prefers-color-scheme: dark)");
    this.recolour = () => requestAnimationFrame(() => this.redraw());
    this.scheme.addEventListener("change", this.recolour);
  }

  /** Takes what the server sent, which may be another network, X-ray or training. */
  receive(bytes) {
    if (this.bytes && same(this.bytes, bytes)) return;
    this.bytes = bytes;
    this.network = readPacket(bytes);
    if (!this.network.origin) refresh(this.network, this.seed);
    const place = this.placeOf(this.strip.element.getRootNode().activeElement?.dataset.layer);
    if (this.opened !== null) this.opened = this.placeOf(this.opened);
    if (this.moving && this.network.impossible) this.say(this.network.impossible.why);
    this.moving = null;
    this.strip.build(this.network, place);
    this.drawTools();
    if (this.opened !== null && !this.network.layers[this.opened]) this.open(null);
    this.compute();
  }

  /** Asks for a layer at another place. */
  put(from, to) {
    const layer = [...this.network.layers, ...this.network.behind][from];
    this.moving = [from, to];
    this.say(`${layer.kind} is put at place ${to}.`);
    this.ask("move", [from, to, layer.kind]);
  }

  /** Where a layer stands after the move that was asked for. */
  placeOf(index) {
    if (!this.moving || index === undefined) return index;
    const [from, to] = this.moving;
    const at = Number(index);
    if (at === from) return to;
    const without = at > from ? at - 1 : at; // where it stands once the moved layer is out
    return without >= to ? without + 1 : without;
  }

  get colours() {
    return coloursOf(this.element);
  }

  /** What layer `index` makes of the X-ray, moved or not. */
  values(index) {
    return this.now.get(index);
  }

  /** The same of the X-ray where it was. */
  valuesBefore(index) {
    return this.still.get(index);
  }

  get isMoved() {
    return this.shift.some((one) => one !== 0);
  }

  async compute() {
    const run = this.runs += 1;
    const isOff = () => this.runs !== run || this.ended;
    const { upTo, why } = this.limit = reach(this.network);
    this.done = false;
    this.element.dataset.done = "false";
    this.now = new Map();
    this.strip.stop(upTo, why);
    this.element.classList.toggle("dark", this.colours.dark);
    const xray = moved(this.network.xray, ...this.shift);
    const tell = (index, made) => {
      this.now.set(index, made);
      this.strip.draw(index, made);
      if (index === this.opened) this.openPanel();
    };
    await carry(this.network, xray, upTo, tell, isOff);
    if (isOff()) return;
    if (!this.isMoved) this.still = this.now;
    if (this.opened !== null) this.openPanel();
    this.done = true;
    this.element.dataset.done = "true";
  }

  /** Opens a layer below the boxes; null closes. */
  open(index) {
    this.opened = index;
    this.strip.mark(index);
    if (index === null) this.closePanel();
    else this.openPanel();
  }

  closePanel() {
    this.panel?.end();
    this.panel = null;
    this.panelElement.replaceChildren();
  }

  openPanel() {
    const index = this.opened;
    const layer = this.network.layers[index];
    const kept = this.panel?.layer === layer || this.panel?.layer.label === layer.label
      ? this.panel.state : undefined;
    this.closePanel();
    this.strip.mark(index);
    const head = h("div", { class: "row" },
      h("h3", {}, `${index ? `Layer ${index}: ` : ""}${layer.label}`),
      index > 0
        ? h("button", { type: "button", onclick: () => this.ask("edit", index) }, "Edit this layer") : null,
      h("button", { type: "button", onclick: () => this.open(null) }, "Close"));
    const body = h("div", {});
    const words = h("div", { class: "words" },
      ...[layer.meaning, ...layer.words.filter((one) => one !== layer.meaning)]
        .map((one) => h("p", {}, one)));
    this.panelElement.append(head, body, words);
    if (index >= this.limit.upTo) {
      body.append(h("p", {}, this.limit.why));
    } else if (!this.now.has(index)) {
      body.append(h("p", { class: "faint" }, "Computing …"));
    } else {
      const Panel = layer.window && layer.shape.length === 3 ? WindowPanel
        : layer.kind === "Dense" && layer.shape.length === 1 ? DensePanel : PlainPanel;
      this.panel = new Panel(this, layer, body, kept);
      this.panel.layer = layer;
    }
  }

  /** Says something to who cannot see the drawing. */
  say(words) {
    if (this.live.textContent !== words) this.live.textContent = words;
  }

  async move(down, across) {
    this.shift = down || across ? [this.shift[0] + down, this.shift[1] + across] : [0, 0];
    this.drawTools();
    await this.compute();
    this.say(this.isMoved ? `The X-ray is moved ${this.shiftWords()}.` : "The X-ray is back.");
  }

  shiftWords() {
    const [down, across] = this.shift;
    const parts = [];
    if (across) parts.push(`${Math.abs(across)} pixels to the ${across > 0 ? "right" : "left"}`);
    if (down) parts.push(`${Math.abs(down)} pixels ${down > 0 ? "down" : "up"}`);
    return parts.join(" and ");
  }

  /** What is chosen for the whole drawing: the X-ray, the weights, and where the X-ray lies. */
  drawTools() {
    const root = this.tools.getRootNode();
    const focused = root.activeElement?.dataset?.tool;
    const { network } = this;
    const number = h("input", {
      type: "number", min: 1, max: network.xrays, value: network.number, "data-tool": "number",
      "aria-label": `X-ray, of ${network.xrays}`, title: network.name,
      onchange: () => this.ask("xray", Number(number.value)),
    });
    const next = (sign, words, by) => h("button", {
      type: "button", "aria-label": words, "data-tool": words,
      disabled: network.number + by < 1 || network.number + by > network.xrays,
      onclick: () => this.ask("xray", network.number + by),
    }, sign);
    const weights = h("select", {
      "aria-label": "Weights", "data-tool": "weights",
      title: "Those of a trained run or a published model of this very network, or fresh ones as a "
        + "training begins with",
      onchange: () => this.ask("origin", weights.value),
    }, ...network.origins.map((one) => h("option", { value: one }, one)),
    h("option", { value: "" }, "Fresh weights"));
    weights.value = network.origin;
    const arrow = (sign, words, down, across) => h("button", {
      type: "button", "aria-label": `Move the X-ray ${STEP} pixels ${words}`, "data-tool": words,
      onclick: () => this.move(down, across),
    }, sign);
    this.tools.replaceChildren(
      h("span", { class: "tool" }, h("span", { class: "faint" }, "X-ray"),
        next("‹", "The X-ray before", -1), number, next("›", "The next X-ray", 1)),
      h("span", { class: "tool" }, weights, network.origin ? null : h("button", {
        type: "button", "data-tool": "fresh", onclick: () => {
          this.seed += 1;
          refresh(network, this.seed);
          this.compute();
        },
      }, "Others")),
      h("span", { class: "tool" }, h("span", { class: "faint" }, `Move it by ${STEP} px`),
        arrow("←", "to the left", 0, -STEP), arrow("↑", "up", -STEP, 0),
        arrow("↓", "down", STEP, 0), arrow("→", "to the right", 0, STEP),
        this.isMoved ? h("button", {
          type: "button", "data-tool": "back", onclick: () => this.move(0, 0),
        }, "Back") : null));
    if (focused) this.tools.querySelector(`[data-tool="${focused}"]`)?.focus();
  }

  resized() {
    const width = Math.round(this.element.clientWidth);
    if (width === this.width || !width) return;
    this.width = width;
    this.panel?.resized?.();
  }

  redraw() {
    if (!this.now) return;
    this.element.classList.toggle("dark", this.colours.dark);
    for (const [index, made] of this.now) this.strip.draw(index, made);
    if (this.opened !== null) this.openPanel();
  }

  pause() {
    this.panel?.pause?.();
  }
}

function same(a, b) {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

/** For whoever looks on: what a layer makes, as plain numbers. */
Drawing.prototype.told = function told(index) {
  const made = this.values(index);
  return made && { shape: made.shape, data: Array.from(made.data), size: times(made.shape) };
};

const made = new WeakMap();

export default function show({ data, parentElement, setTriggerValue }) {
  let drawing = made.get(parentElement);
  if (!drawing || !drawing.element.isConnected) {
    drawing = new Drawing(parentElement);
    made.set(parentElement, drawing);
  }
  drawing.ask = setTriggerValue;
  if (data instanceof Uint8Array) drawing.receive(data);
  return () => drawing.pause();
}
