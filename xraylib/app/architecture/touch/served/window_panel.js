// An opened convolution or pooling: drag its window, let it walk, and see each answer land.

import { Equation } from "./equation.js";
import { moves } from "./functions.js";
import { movesOf } from "./layers.js";
import { channelOf, greyPicture, h, place, sized, told } from "./paint.js";
import { Shifted } from "./shifted.js";
import { InStage, OutStage } from "./stage.js";
import { Variants } from "./variants.js";
import { SPEED_NAMES, still, Walk } from "./walk.js";
import { detailAt, filterMap, filterOf, HAND_SET, handFilter } from "./window_sums.js";

const MOST_THUMBS = 64;

export class WindowPanel {
  constructor(drawing, layer, body, kept) {
    this.drawing = drawing;
    this.layer = layer;
    this.input = drawing.values(layer.index - 1);
    this.output = drawing.values(layer.index);
    this.own = movesOf(layer, this.input.shape);
    this.state = kept || {
      row: null, column: null, filter: liveliest(this.output), variant: null, been: null,
      hand: "", walked: false, speed: "faster",
      channel: liveliest(layer.window === "sum" ? this.input : this.output),
    };
    this.walk = new Walk((steps) => this.forward(steps), () => this.rest());
    this.key = (event) => this.pressed(event);
    this.inside = new InStage(this);
    this.outside = new OutStage(this);
    this.equation = new Equation(this);
    this.variants = new Variants(this);
    this.shifted = new Shifted(this);
    this.inWords = h("figcaption", {});
    this.outWords = h("figcaption", {});
    const group = (words) => h("div", { class: "thumbs", role: "group", "aria-label": words });
    this.inThumbs = group("Channels that come in");
    this.outThumbs = group(layer.window === "sum" ? "Filters, each with its map" : "Channels");
    body.append(
      h("div", { class: "stage" },
        h("figure", {}, this.inWords, this.inside.canvas, this.inThumbs),
        h("figure", {}, this.outWords, this.outside.canvas, this.outThumbs)),
      this.transport(),
      this.equation.element,
      this.shifted.element,
      this.variants.element);
    this.choose();
  }

  transport() {
    const button = (words, act, label) => h("button", {
      type: "button", onclick: act, ...(label ? { "aria-label": label } : {}),
    }, words);
    this.playButton = h("button", { type: "button", class: "main", onclick: () => this.toggle() });
    const speed = h("select", {
      "aria-label": "How fast it walks", onchange: () => {
        this.state.speed = this.walk.speed = speed.value;
      },
    }, ...Object.entries(SPEED_NAMES).map(([name, words]) => h("option", { value: name }, words)));
    speed.value = this.walk.speed = this.state.speed;
    const hand = h("select", {
      "aria-label": "Filter", onchange: () => {
        this.walk.pause();
        this.state.hand = hand.value;
        this.choose();
      },
    }, ...["", ...HAND_SET].map((name) =>
      h("option", { value: name }, name || "Its own filter")));
    hand.value = this.state.hand;
    return h("div", { class: "row transport" },
      this.playButton,
      button("◀", () => this.step(-1), "One step back"),
      button("▶", () => this.step(1), "One step on"),
      still() ? null : speed,
      button("From the start", () => this.empty()),
      button("Whole map", () => this.fill()),
      this.layer.window === "sum" ? hand : null);
  }

  /** Takes filter, channel and moves as the state has them, and draws everything. */
  choose() {
    const { state, layer } = this;
    const channels = this.input.shape[2];
    const { variant } = state;
    this.m = variant
      ? moves(this.own.size, this.own.window, [variant.stride, variant.stride], variant.padding,
        variant.stride > 1 ? [1, 1] : this.own.dilation)
      : this.own;
    state.filter = Math.min(state.filter, this.output.shape[2] - 1);
    this.filter = state.hand
      ? handFilter(state.hand, this.own.window, channels)
      : filterOf(layer, channels, state.filter);
    if (!this.filter.channels.includes(state.channel)) [state.channel] = this.filter.channels;
    this.map = variant || state.hand
      ? filterMap(layer, this.input, this.m, this.filter)
      : channelOf(this.output, state.filter);
    const [rows, columns] = this.m.count;
    if (state.been?.length !== rows * columns) {
      state.been = new Uint8Array(rows * columns);
      [state.row, state.column] = [Math.floor(rows / 3), Math.floor(columns / 3)];
    }
    this.drawThumbs();
    this.shifted.build();
    this.variants.build();
    this.resized();
  }

  resized() {
    const wide = this.drawing.element.clientWidth;
    const side = Math.max(120, Math.min(320, (wide - (wide < 620 ? 34 : 60)) / 2));
    this.values = channelOf(this.input, this.state.channel);
    this.inside.prepare(this.values, side);
    this.outside.prepare(this.map, this.state.been, side);
    this.equation.prepare(wide);
    this.rest();
  }

  get at() {
    return this.state.row * this.m.count[1] + this.state.column;
  }

  /** The window's place, as whoever looks on may ask for it, with every number shown. */
  get detail() {
    const { row, column, channel } = this.state;
    return detailAt(this.layer, this.input, this.m, this.filter, row, column, channel);
  }

  moveTo(row, column) {
    this.walk.pause();
    const [rows, columns] = this.m.count;
    this.state.row = Math.max(0, Math.min(rows - 1, row));
    this.state.column = Math.max(0, Math.min(columns - 1, column));
    this.land();
    this.rest();
  }

  land() {
    this.state.been[this.at] = 1;
    this.outside.paint(this.at);
  }

  /** Goes on in the order of reading; whether there is a further place. */
  forward(steps) {
    const [rows, columns] = this.m.count;
    let at = this.at;
    for (let i = 0; i < steps && at < rows * columns - 1; i += 1) {
      this.land();
      at += 1;
      [this.state.row, this.state.column] = [Math.floor(at / columns), at % columns];
    }
    this.land();
    this.draw();
    return at < rows * columns - 1;
  }

  step(by) {
    this.walk.pause();
    const [rows, columns] = this.m.count;
    const at = Math.max(0, Math.min(rows * columns - 1, this.at + by));
    this.moveTo(Math.floor(at / columns), at % columns);
  }

  toggle() {
    if (this.walk.playing) this.walk.pause();
    else if (still()) this.fill();
    else {
      const { state } = this;
      const last = this.at === this.map.length - 1;
      if (last || !state.walked || state.been.every((one) => one)) this.empty();
      state.walked = true;
      this.land();
      this.walk.play();
    }
    this.rest();
  }

  empty() {
    this.walk.pause();
    this.state.been.fill(0);
    this.outside.clear();
    [this.state.row, this.state.column] = [0, 0];
    this.land();
    this.rest();
  }

  fill() {
    this.walk.pause();
    this.state.been.fill(1);
    this.outside.paintAll();
    this.rest();
  }

  pressed(event) {
    const { row, column } = this.state;
    const columns = this.m.count[1];
    const to = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [row, 0], End: [row, columns - 1],
      PageUp: [row - 10, column], PageDown: [row + 10, column],
    }[event.key];
    if (to) this.moveTo(...to);
    else if (event.key === " ") this.toggle();
    else return;
    event.preventDefault();
  }

  get filterWords() {
    if (this.layer.window !== "sum") return "";
    return this.state.hand ? ", a filter set by hand" : `, filter ${this.state.filter + 1}`;
  }

  /** One frame. */
  draw() {
    const { drawing, state } = this;
    this.colours ||= drawing.colours;
    this.inside.draw(state, this.colours);
    this.outside.draw(state, this.colours);
    this.shown = this.detail;
    this.equation.draw(this.shown, this.inside.limits, this.colours);
    const { row, column } = state;
    this.outWords.textContent = `goes out: ${this.m.count.join("×")}`
      + this.filterWords
      + `, row ${row + 1}, column ${column + 1}`;
    drawing.element.dataset.value = String(this.shown.value);
    if (this.shown.sums && this.sumWords) {
      this.shown.sums.slice(0, MOST_THUMBS).forEach((sum, i) => {
        this.sumWords[i].textContent = told(sum);
      });
    }
  }

  /** Draws what stands still, with its words. */
  rest() {
    this.colours = this.drawing.colours;
    const { state } = this;
    const channels = this.input.shape[2];
    const zeros = this.m.before.concat(this.m.after).some((n) => n)
      ? ", zeros added (dashed)" : "";
    this.inWords.textContent = `comes in: ${this.m.size.join("×")}`
      + `${channels > 1 ? `, channel ${state.channel + 1} of ${channels}` : ""}${zeros}`;
    this.draw();
    this.playButton.textContent = still() ? "Fill the map" : this.walk.playing ? "Pause" : "Play";
    if (!this.walk.playing) {
      this.drawing.say(this.equation.spoken(this.shown, state.row, state.column));
    }
  }

  drawThumbs() {
    const { state } = this;
    const thumb = (tensor, channel, pressed, words, label, act) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      const [height, width] = tensor.shape;
      const scale = 40 / Math.max(height, width);
      place(sized(canvas, width * scale, height * scale),
        greyPicture(channelOf(tensor, channel), width, height), 0, 0,
        width * scale, height * scale);
      const text = h("span", {}, words);
      const button = h("button", {
        type: "button", "aria-pressed": String(pressed), "aria-label": label, onclick: act,
      }, canvas, text);
      return { button, text };
    };
    const takes = this.filter.channels.slice(0, MOST_THUMBS);
    const ins = this.layer.window === "sum" && takes.length > 1 ? takes.map((c) =>
      thumb(this.input, c, c === state.channel, "", `Channel ${c + 1}`, () => {
        state.channel = c;
        this.choose();
      })) : [];
    this.inThumbs.replaceChildren(...ins.map((one) => one.button));
    this.sumWords = ins.length ? ins.map((one) => one.text) : null;
    const count = Math.min(MOST_THUMBS, this.output.shape[2]);
    const outs = count > 1 ? Array.from({ length: count }, (_, f) =>
      thumb(this.output, f, f === state.filter && !state.hand, `${f + 1}`,
        `${this.layer.window === "sum" ? "Filter" : "Channel"} ${f + 1}`, () => {
          this.walk.pause();
          [state.filter, state.hand] = [f, ""];
          if (this.layer.window !== "sum") state.channel = f;
          this.choose();
        })) : [];
    this.outThumbs.replaceChildren(...outs.map((one) => one.button));
  }

  pause() {
    this.walk.pause();
    this.rest();
  }

  end() {
    this.walk.pause();
    this.variants.end();
  }
}

/** The channel whose values differ most, which shows more than one that is black. */
function liveliest(tensor) {
  const count = tensor.shape[2];
  const [sums, squares] = [new Float64Array(count), new Float64Array(count)];
  tensor.data.forEach((value, i) => {
    sums[i % count] += value;
    squares[i % count] += value * value;
  });
  const n = tensor.data.length / count;
  const spread = squares.map((square, c) => square / n - (sums[c] / n) ** 2);
  return spread.indexOf(Math.max(...spread));
}
