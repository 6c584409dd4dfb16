// The network as a row of boxes, which are the X-ray's way: what each layer makes of it, small.

import { Order } from "./order.js";
import { channelOf, coloursOf, greyPicture, h, place, range, signedPicture, sized, times }
  from "./paint.js";

const SIDE = 84;
const MOST_MAPS = 9;

export class Strip {
  /**
   * @param open `open(index)` hears of a press on a box.
   * @param find `find(index)` hears of a press on one that the X-ray does not reach.
   * @param put `put(from, to)` hears that a layer is to stand at another place.
   * @param say Says a sentence to who cannot see it.
   */
  constructor(open, find, put, say) {
    Object.assign(this, { open, find });
    this.row = h("div", {
      class: "strip", role: "group", "aria-label": "The X-ray's way through the network",
      "aria-describedby": "how-to-move",
    });
    this.how = h("p", { class: "faint how", id: "how-to-move" },
      matchMedia("(pointer: coarse)").matches
        ? "Drag a box at its dots to put the layer elsewhere."
        : "Drag a box to put the layer elsewhere; with keys Shift + ← or → on it, then Enter.");
    this.element = h("div", {}, this.row, this.how);
    this.boxes = new Map();
    this.order = new Order(this.row, put, say);
  }

  /**
   * Makes the boxes of a network; those of quiet layers stand below the box before them.
   *
   * @param focus The layer whose box gets the focus, if one of them has it.
   */
  build(network, focus) {
    this.network = network;
    this.order.leave();
    const held = this.row.contains(this.row.getRootNode().activeElement);
    this.boxes.clear();
    const stops = [];
    for (const layer of network.layers) {
      const quiet = quietly(layer) && stops.length;
      const button = quiet ? this.note(layer) : this.box(layer);
      if (quiet) stops.at(-1).append(button);
      else stops.push(h("div", { class: "stop" }, button));
      this.boxes.set(layer.index, button);
    }
    for (const layer of network.behind) {
      const wrong = layer === network.behind[0];
      if (quietly(layer) && !wrong) stops.at(-1).append(this.unreached(layer, "note"));
      else stops.push(h("div", { class: "stop" }, this.unreached(layer, "box", wrong)));
    }
    this.how.hidden = network.layers.length + network.behind.length < 3;
    const longest = Math.max(...network.layers.map((layer) =>
      (quietly(layer) ? 0 : settingsOf(layer).length)));
    this.row.style.setProperty("--lines", longest > 26 ? 3 : longest > 13 ? 2 : 1);
    this.row.replaceChildren(...stops);
    if (held) this.row.querySelector(`[data-layer="${focus}"]`)?.focus();
  }

  box(layer) {
    return h("button", {
      class: "box", type: "button", "aria-expanded": "false", ...moves(layer),
      style: `--colour:${layer.colour}`, onclick: () => this.open(layer.index),
      title: layer.meaning,
    },
    grip(),
    h("span", { class: "title" }, named(layer.kind)),
    h("span", { class: "sub" }, settingsOf(layer) || " "),
    h("span", { class: "thumb" }, h("canvas", { "aria-hidden": "true", width: SIDE, height: SIDE })),
    h("span", { class: "size" }, times(layer.shape)),
    h("span", { class: "verdict", hidden: true }));
  }

  note(layer) {
    return h("button", {
      class: "note", type: "button", "aria-expanded": "false", ...moves(layer),
      onclick: () => this.open(layer.index), title: layer.meaning,
    }, grip(), `+ ${layer.note}`);
  }

  /** The impossible layer, or one behind it: to be moved, or found in the list. */
  unreached(layer, looks, wrong) {
    const { kind, note, index } = layer;
    return h("button", {
      class: `${looks} ${wrong ? "impossible" : "unreached"}`, type: "button", ...moves(layer),
      style: `--colour:${wrong ? "#d64545" : layer.colour}`, onclick: () => this.find(index),
      title: wrong ? this.network.impossible.why : "The X-ray does not come this far",
    }, grip(), ...(looks === "note" ? [`+ ${note}`] : [
      h("span", { class: "title" }, named(kind)),
      h("span", { class: "sub" }, wrong ? "impossible here" : settingsOf(layer) || " ")]));
  }

  /** Marks the open layer; null for none. */
  mark(index) {
    for (const [number, button] of this.boxes) {
      button.setAttribute("aria-expanded", String(number === index));
    }
  }

  /** Draws what a layer makes of the X-ray, or of a quiet one what its box shows then. */
  draw(index, tensor) {
    let shown = index;
    while (this.boxes.get(shown)?.className === "note") shown -= 1;
    const button = this.boxes.get(shown);
    if (!button) return;
    const colours = coloursOf(this.element);
    drawTensor(button.querySelector("canvas"), tensor, SIDE, colours);
    const last = this.network.layers.at(-1).index;
    if (index === last && !this.network.impossible) this.tellVerdict(button, tensor);
  }

  tellVerdict(button, tensor) {
    const words = button.querySelector(".verdict");
    const { classes, layers } = this.network;
    const best = tensor.data.indexOf(range(tensor.data)[1]);
    const share = layers.at(-1).settings.activation === "softmax";
    words.hidden = !(share && classes.length === tensor.data.length);
    if (!words.hidden) {
      words.textContent = `${classes[best]} ${(100 * tensor.data[best]).toFixed(0)}\u00a0%`;
    }
  }

  /** Says of the boxes from a layer on why they stay empty. */
  stop(from, why) {
    for (const [number, button] of this.boxes) {
      if (number >= from) button.title = why;
    }
  }
}

/** Six dots to drag by; the Input stays first. */
const grip = () => h("span", { class: "grip", "aria-hidden": "true" });

const moves = ({ index, kind }) => ({
  "data-layer": index, "data-name": named(kind),
  ...(index ? { "aria-keyshortcuts": "Shift+ArrowLeft Shift+ArrowRight" } : {}),
});

const quietly = (layer) => layer.note !== "";

const settingsOf = ({ label, kind }) => label.replace(kind, "").replace(/^[, ]+/, "");

const SHORT = {
  MaxPooling2D: "Max Pool", AveragePooling2D: "Avg Pool", GlobalAveragePooling2D: "Global Avg",
  GlobalMaxPooling2D: "Global Max", DepthwiseConv2D: "Depthwise", SeparableConv2D: "Separable",
};

const named = (kind) => SHORT[kind] || kind.replace(/2D$/, "").replace(/(?<=[a-z])(?=[A-Z])/g, " ");

/** A tensor small: its maps beside each other, or a row as a column of cells. */
export function drawTensor(canvas, tensor, side, colours) {
  const brush = sized(canvas, side + 4, side);
  brush.clearRect(0, 0, side + 4, side);
  if (tensor.shape.length === 1) drawRow(brush, tensor.data, side, colours);
  else drawMaps(brush, tensor, side);
}

function drawMaps(brush, tensor, side) {
  const [height, width, channels] = tensor.shape;
  const many = Math.min(channels, MOST_MAPS);
  const across = Math.ceil(Math.sqrt(many));
  const down = Math.ceil(many / across);
  const gap = many > 1 ? 2 : 0;
  const cell = Math.min((side - gap * (across - 1)) / across, (side - gap * (down - 1)) / down);
  const scale = cell / Math.max(height, width);
  for (let c = 0; c < many; c += 1) {
    const x = 2 + (c % across) * (cell + gap) + (side - across * (cell + gap) + gap) / 2;
    const y = Math.floor(c / across) * (cell + gap) + (side - down * (cell + gap) + gap) / 2;
    const image = greyPicture(channelOf(tensor, c), width, height);
    place(brush, image, x + (cell - width * scale) / 2, y + (cell - height * scale) / 2,
      width * scale, height * scale);
  }
}

function drawRow(brush, values, side, colours) {
  const tall = Math.min(side, 14 * values.length);
  const top = (side - tall) / 2;
  const image = signedPicture(values, 1, values.length, colours);
  place(brush, image, side / 2 - 6, top, 16, tall);
  brush.strokeStyle = colours.line;
  brush.lineWidth = 1;
  const cell = tall / values.length;
  for (let i = 0; i <= values.length && (cell > 5 || i <= values.length); i += 1) {
    if (cell <= 5 && i !== 0 && i !== values.length) continue;
    brush.strokeRect(side / 2 - 6, top, 16, Math.max(0.01, i * cell));
  }
}
