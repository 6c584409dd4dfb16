// A layer without a window: what comes in, what goes out, and both at the place that one points to.

import { channelOf, drawGrid, greyPicture, h, place, range, sized, times, told, WINDOW }
  from "./paint.js";

const NEAR = 7; // rows and columns of numbers around the place

export class PlainPanel {
  constructor(drawing, layer, body, kept) {
    this.drawing = drawing;
    this.layer = layer;
    this.out = drawing.values(layer.index);
    this.before = layer.index ? drawing.values(layer.index - 1) : null;
    this.state = kept || { channel: 0, at: null };
    const shown = [this.before, this.out].filter((one) => one && one.shape.length === 3);
    this.figures = shown.map((tensor) => this.figure(tensor));
    if (this.figures.length) {
      const [height, width] = shown[0].shape;
      this.state.at ||= [Math.floor(height / 2), Math.floor(width / 2)];
      this.thumbs = h("div", { class: "thumbs", role: "group", "aria-label": "Channels" });
      this.numbers = h("div", { class: "side" });
      body.append(h("div", { class: "stage" }, ...this.figures.map((one) => one.element)),
        this.thumbs, this.numbers);
      this.drawThumbs(shown.at(-1));
      this.resized();
    }
    if (this.out.shape.length === 1) body.append(this.row(shown[0]));
  }

  figure(tensor) {
    const canvas = h("canvas", {
      class: "touchable", tabindex: "0", role: "application",
      "aria-label": `${tensor === this.out ? "What goes out" : "What comes in"}: a map of `
        + `${times(tensor.shape)}. Arrow keys move the place whose numbers are shown.`,
    });
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      const [height, width] = tensor.shape;
      this.moveTo(((event.clientY - box.top) / box.height) * height,
        ((event.clientX - box.left) / box.width) * width, tensor);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    canvas.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
      const by = step[event.key];
      if (!by) return;
      event.preventDefault();
      this.moveTo(this.state.at[0] + by[0], this.state.at[1] + by[1], this.figures[0].tensor);
    });
    const words = tensor === this.out ? "goes out" : "comes in";
    return {
      tensor, canvas,
      element: h("figure", {}, h("figcaption", {}, `${words}: ${times(tensor.shape)}`), canvas),
    };
  }

  moveTo(row, column, tensor) {
    const [height, width] = this.figures[0].tensor.shape;
    const scale = [height / tensor.shape[0], width / tensor.shape[1]];
    this.state.at = [row * scale[0], column * scale[1]].map((one, axis) =>
      Math.max(0, Math.min([height, width][axis] - 1, Math.floor(one))));
    this.draw();
  }

  channelFor(tensor) {
    return Math.min(this.state.channel, tensor.shape[2] - 1);
  }

  drawThumbs(tensor) {
    const channels = Math.min(64, tensor.shape[2]);
    this.thumbs.hidden = channels < 2;
    this.thumbs.replaceChildren(...Array.from({ length: channels }, (_, c) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      const [height, width] = tensor.shape;
      place(sized(canvas, 40, 40), greyPicture(channelOf(tensor, c), width, height), 0, 0, 40, 40);
      return h("button", {
        type: "button", "aria-pressed": String(c === this.state.channel),
        "aria-label": `Channel ${c + 1}`,
        onclick: () => { this.state.channel = c; this.drawThumbs(tensor); this.resized(); },
      }, canvas, `${c + 1}`);
    }));
  }

  resized() {
    for (const one of this.figures || []) {
      const [height, width] = one.tensor.shape;
      one.side = Math.min(320, Math.max(120, (this.drawing.element.clientWidth - 60) / 2));
      one.tall = (one.side * height) / width;
      one.values = channelOf(one.tensor, this.channelFor(one.tensor));
      one.picture = greyPicture(one.values, width, height);
    }
    this.draw();
  }

  draw() {
    if (!this.figures.length) return;
    const colours = this.drawing.colours;
    const [row, column] = this.state.at;
    const first = this.figures[0].tensor.shape;
    this.numbers.replaceChildren();
    for (const { tensor, canvas, side, tall, picture, values } of this.figures) {
      const [height, width] = tensor.shape;
      const brush = sized(canvas, side, tall);
      place(brush, picture, 0, 0, side, tall);
      const at = [Math.floor((row * height) / first[0]), Math.floor((column * width) / first[1])];
      const near = Math.min(NEAR, height, width);
      const top = Math.max(0, Math.min(height - near, at[0] - Math.floor(near / 2)));
      const left = Math.max(0, Math.min(width - near, at[1] - Math.floor(near / 2)));
      brush.strokeStyle = WINDOW;
      brush.lineWidth = 2;
      brush.strokeRect((left / width) * side, (top / height) * tall,
        (near / width) * side, (near / height) * tall);
      const grid = h("canvas", { "aria-hidden": "true" });
      const shown = Float32Array.from({ length: near * near }, (_, i) =>
        values[(top + Math.floor(i / near)) * width + left + (i % near)]);
      const cell = Math.min(36, Math.max(22, (this.drawing.element.clientWidth - 60) / 2 / near));
      drawGrid(grid, shown, near, {
        kind: "grey", limits: range(values), colours, cell,
        mark: (at[0] - top) * near + at[1] - left,
      });
      const value = values[at[0] * width + at[1]];
      const words = tensor === this.out ? "goes out" : "comes in";
      this.numbers.append(h("figure", {},
        h("figcaption", {}, `${words} at row ${at[0] + 1}, column ${at[1] + 1}: ${told(value)}`), grid));
    }
    this.drawing.say([...this.numbers.querySelectorAll("figcaption")]
      .map((one) => one.textContent).join("; "));
  }

  /** A row of values that goes out: where each comes from. */
  row(map) {
    const values = this.out.data;
    const most = 128;
    const line = map && this.layer.kind === "Flatten"
      ? (i) => {
        const [, width, channels] = map.shape;
        const at = Math.floor(i / channels);
        return `row ${Math.floor(at / width) + 1}, column ${(at % width) + 1}, `
          + `channel ${(i % channels) + 1}`;
      }
      : (i) => (map ? `channel ${i + 1}` : `value ${i + 1}`);
    const rows = Array.from({ length: Math.min(most, values.length) }, (_, i) =>
      h("tr", {}, h("td", {}, `${i + 1}`), h("td", {}, line(i)), h("td", {}, told(values[i]))));
    const box = h("div", {
      class: "scroll", style: "max-height:220px;overflow-y:auto", tabindex: "0", role: "region",
      "aria-label": "The row of values",
    }, h("table", {},
      h("tr", {}, ...["Place in the row", "comes from", "value"].map((one) => h("th", {}, one))),
      ...rows));
    return h("div", {},
      h("h4", {}, `The row of ${values.length.toLocaleString("en")} values`
        + `${values.length > most ? `, its first ${most}` : ""}`), box);
  }

  end() {}
}
