// The same filter with other steps: stride 1, 2 and 3, padding valid and same, beside each other.

import { moves } from "./functions.js";
import { greyPicture, h, place, sized } from "./paint.js";
import { filterMap } from "./window_sums.js";

const STRIDES = [1, 2, 3];
const FRAME = 22; // pixels around a picture in its button, and to the next one
const MOST_SHRUNK = 24;

/** Those strides, and the layer's own where it is another one. */
function kindsFor({ strides }) {
  const [down, across] = strides;
  const all = down === across && !STRIDES.includes(down) ? [...STRIDES, down] : STRIDES;
  return ["valid", "same"].flatMap((padding) => all.map((stride) => ({ stride, padding })));
}

export class Variants {
  constructor(panel) {
    this.panel = panel;
    this.grid = h("div", { class: "variants", role: "group", "aria-label": "Stride and padding" });
    this.own = h("button", { type: "button", onclick: () => this.take(null) }, "The network's own");
    this.element = h("div", {},
      h("h4", {}, "The same window, other steps"),
      h("p", { class: "faint" }, "Every map to the same scale. Press one to let the window walk "
        + "like that; the network itself stays as it is."),
      this.grid, h("div", { class: "row", style: "margin-top:6px" }, this.own));
  }

  build() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.draw(), 30); // the stage comes first
  }

  draw() {
    const { panel } = this;
    const { own, layer, input, filter, state } = panel;
    const isOwn = ({ stride, padding }) => own.padding === padding
      && own.strides.every((n) => n === stride);
    const kinds = kindsFor(own);
    const columns = kinds.length / 2;
    this.grid.style.setProperty("--columns", columns);
    const highest = panel.drawing.element.clientWidth < 620 ? 92 : 116;
    const widest = this.grid.clientWidth / columns - FRAME;
    const scale = Math.max(MOST_SHRUNK, Math.min(highest, widest)) / Math.max(...own.size);
    this.grid.replaceChildren(...kinds.map((kind) => {
      const m = moves(own.size, own.window, [kind.stride, kind.stride], kind.padding,
        kind.stride > 1 ? [1, 1] : own.dilation);
      const canvas = h("canvas", { "aria-hidden": "true" });
      const [rows, across] = m.count;
      if (rows > 0 && across > 0) {
        const map = filterMap(layer, input, m, filter);
        const [width, height] = [across * scale, rows * scale].map((n) => Math.max(3, n));
        place(sized(canvas, width, height), greyPicture(map, across, rows), 0, 0, width, height);
      }
      const chosen = state.variant
        ? state.variant.stride === kind.stride && state.variant.padding === kind.padding
        : isOwn(kind);
      return h("button", {
        type: "button", "aria-pressed": String(chosen),
        disabled: rows < 1 || across < 1, onclick: () => this.take(isOwn(kind) ? null : kind),
      },
      h("span", { class: "scene" }, canvas),
      h("span", {}, `stride ${kind.stride}, ${kind.padding}`),
      h("span", { class: "faint" }, rows > 0 && across > 0
        ? `${rows}×${across}${isOwn(kind) ? ", this layer" : ""}` : "does not fit"));
    }));
    this.own.hidden = !state.variant;
  }

  take(variant) {
    this.panel.walk.pause();
    this.panel.state.variant = variant;
    this.panel.choose();
  }

  end() {
    clearTimeout(this.soon);
  }
}
