// An opened Dense layer: where the weights of one unit lie on the map that was flattened, what each
// adds to its sum, and (softmax) how sums become shares.

import { softmax } from "./functions.js";
import { channelOf, greyPicture, h, largest, place, signedPicture, sized, times, told, WINDOW }
  from "./paint.js";

const MOST_UNITS = 200;
const MOST_MAPS = 32;
const KEEPS_ROW = ["Dropout", "Activation", "LeakyReLU", "BatchNormalization",
  "LayerNormalization", "GroupNormalization", "Rescaling"];
const VIEWS = { weights: "Weights", values: "What comes in", products: "Weight × value" };

export class DensePanel {
  constructor(drawing, layer, body, kept) {
    this.drawing = drawing;
    this.layer = layer;
    this.input = drawing.values(layer.index - 1).data;
    this.output = drawing.values(layer.index).data;
    this.state = kept || { unit: 0, view: "weights", at: 0 };
    this.state.unit = Math.min(this.state.unit, layer.settings.units - 1);
    this.map = this.flattened();
    this.pictures = h("div", { class: "side" });
    this.words = h("div", { class: "answer" });
    this.pointed = h("p", { class: "faint" });
    this.units = h("div", { class: "scroll" });
    body.append(this.choices(), this.words, this.pictures, this.pointed, this.units);
    this.draw();
  }

  /** The shape of the map whose values are the row that comes in; null where it is no map. */
  flattened() {
    const { layers } = this.drawing.network;
    let at = this.layer.index - 1;
    while (KEEPS_ROW.includes(layers[at].kind)) at -= 1;
    return layers[at].kind === "Flatten" ? layers[at - 1].shape : null;
  }

  choices() {
    const { state, layer } = this;
    const { classes, layers } = this.drawing.network;
    const last = layer.index === layers.length - 1 && classes.length === layer.settings.units;
    this.named = (unit) => (last ? classes[unit] : `unit ${unit + 1}`);
    const unit = h("select", {
      "aria-label": "Unit", onchange: () => { state.unit = Number(unit.value); this.draw(); },
    }, ...Array.from({ length: Math.min(MOST_UNITS, layer.settings.units) }, (_, u) =>
      h("option", { value: u }, this.named(u))));
    unit.value = String(state.unit);
    this.unitBox = unit;
    this.viewButtons = Object.entries(VIEWS).map(([view, words]) => h("button", {
      type: "button", "data-view": view,
      onclick: () => { state.view = view; this.draw(); },
    }, words));
    return h("div", { class: "row transport" }, unit, ...this.viewButtons);
  }

  /** Weights, values and products of the unit, one for each value that comes in. */
  get parts() {
    const { units } = this.layer.settings;
    const weights = this.input.map((_, i) =>
      this.layer.weights.kernel[i * units + this.state.unit]);
    return { weights, values: this.input, products: this.input.map((x, i) => x * weights[i]) };
  }

  draw() {
    const { state, layer } = this;
    const parts = this.parts;
    const bias = layer.weights.bias ? layer.weights.bias[state.unit] : 0;
    const sum = this.input.reduce((total, x, i) => total + x * parts.weights[i], 0);
    this.viewButtons.forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.view === state.view)));
    const many = this.input.length.toLocaleString("en");
    this.words.replaceChildren(
      h("span", {}, `${this.named(state.unit)}: ${many} weights, one for each value. Products `
        + `summed: ${told(sum)}${layer.weights.bias ? `, with the bias ${told(sum + bias)}` : ""}`
        + `${layer.settings.activation ? `, through ${layer.settings.activation}` : ""}`),
      h("b", { class: "lands" }, `→ ${told(this.output[state.unit])}`));
    this.drawPictures(parts);
    this.point(parts, state.at);
    this.drawUnits();
    this.drawing.say(this.words.textContent);
  }

  drawPictures(parts) {
    const { state, drawing } = this;
    const colours = drawing.colours;
    const shape = this.map || squarish(this.input.length);
    const [height, width, channels] = shape;
    const shown = parts[state.view];
    const room = drawing.element.clientWidth - 40;
    const side = channels === 1 ? Math.min(360, room)
      : Math.max(64, Math.min(150, (room - 12 * channels) / Math.min(channels, 5)));
    const most = largest(shown);
    const row = { shape, data: new Float32Array(height * width * channels) };
    row.data.set(shown);
    this.pictures.replaceChildren(...Array.from({ length: Math.min(channels, MOST_MAPS) }, (_, c) => {
      const values = channelOf(row, c);
      const image = state.view === "values"
        ? greyPicture(values, width, height) : signedPicture(values, width, height, colours, most);
      const canvas = h("canvas", {
        class: "touchable", tabindex: "0", role: "application",
        "aria-label": `${VIEWS[state.view]} of ${this.named(state.unit)} on channel ${c + 1}. `
          + "Arrow keys point at a place.",
      });
      const scale = side / Math.max(height, width);
      const paint = () => {
        const brush = sized(canvas, width * scale, height * scale);
        place(brush, image, 0, 0, width * scale, height * scale);
        brush.strokeStyle = colours.line;
        brush.strokeRect(0.5, 0.5, width * scale - 1, height * scale - 1);
        if (state.at % channels !== c) return;
        const at = Math.floor(state.at / channels);
        const size = Math.max(6, scale);
        brush.strokeStyle = WINDOW;
        brush.lineWidth = 2;
        brush.strokeRect((at % width) * scale + (scale - size) / 2,
          Math.floor(at / width) * scale + (scale - size) / 2, size, size);
      };
      paint();
      this.bind(canvas, c, shape, parts);
      canvas.repaint = paint;
      return h("figure", {}, channels > 1 ? h("figcaption", {}, `channel ${c + 1}`) : null, canvas);
    }));
  }

  bind(canvas, channel, [height, width, channels], parts) {
    const to = (row, column) => {
      const y = Math.max(0, Math.min(height - 1, row));
      const x = Math.max(0, Math.min(width - 1, column));
      this.state.at = Math.min(this.input.length - 1, (y * width + x) * channels + channel);
      this.pictures.querySelectorAll("canvas").forEach((one) => one.repaint());
      this.point(parts, this.state.at);
    };
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      to(Math.floor(((event.clientY - box.top) / box.height) * height),
        Math.floor(((event.clientX - box.left) / box.width) * width));
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });
    canvas.addEventListener("keydown", (event) => {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
        event.key];
      if (!by) return;
      event.preventDefault();
      const at = Math.floor(this.state.at / channels);
      to(Math.floor(at / width) + by[0], (at % width) + by[1]);
      this.drawing.say(this.pointed.textContent);
    });
  }

  point(parts, at) {
    const place = this.map
      ? `Row ${Math.floor(at / this.map[2] / this.map[1]) + 1}, column `
        + `${(Math.floor(at / this.map[2]) % this.map[1]) + 1}, channel ${(at % this.map[2]) + 1}: ` : "";
    this.pointed.textContent = `${place}value ${(at + 1).toLocaleString("en")} of the row, `
      + `${told(parts.values[at])} × weight ${told(parts.weights[at])} = `
      + `${told(parts.products[at])}. ${this.map
        ? `The weight belongs to this place of the ${times(this.map)} map alone.` : ""}`;
  }

  /** All units in a table: their values, with softmax how they come about, and before a move. */
  drawUnits() {
    const { layer, drawing, state } = this;
    const shares = layer.settings.activation === "softmax";
    const old = drawing.isMoved ? drawing.still?.get(layer.index)?.data : null;
    const { units } = layer.settings;
    const sums = shares ? Array.from({ length: units }, (_, u) => this.input.reduce(
      (total, x, i) => total + x * layer.weights.kernel[i * units + u],
      layer.weights.bias ? layer.weights.bias[u] : 0)) : null;
    const made = shares ? softmax(sums) : null;
    const heads = ["", ...(shares ? ["sum", "e to the sum", "share of all"] : ["value"]),
      ...(old ? ["before the X-ray was moved"] : [])];
    const rows = Array.from({ length: Math.min(12, units) }, (_, u) => h("tr", {
      class: u === state.unit ? "chosen" : "",
    }, h("td", {}, this.named(u)),
    ...(shares ? [told(sums[u]), told(made.powers[u] * Math.exp(made.most)), told(made.shares[u])]
      : [told(this.output[u])]).map((one) => h("td", {}, one)),
    ...(old ? [h("td", {}, told(old[u]))] : [])));
    this.units.replaceChildren(
      h("h4", {}, shares ? "Softmax: from sums to shares" : `The units${units > 12
        ? ", the first 12" : ""}`),
      h("table", {}, h("tr", {}, ...heads.map((one) => h("th", {}, one))), ...rows),
      ...(old && this.map ? [h("p", {}, "The X-ray moved and the weights did not: each now meets "
        + "another part of the chest. A Dense layer has to learn every place by itself; a filter "
        + "is the same everywhere.")] : []));
  }

  resized() {
    this.drawPictures(this.parts);
  }

  end() {}
}

/** Rows and columns for a row of values that is no map. */
function squarish(count) {
  const width = count <= 32 ? count : Math.ceil(Math.sqrt(count));
  return [Math.ceil(count / width), width, 1];
}
