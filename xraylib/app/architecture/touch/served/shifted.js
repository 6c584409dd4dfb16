// What moving the X-ray does to a map: it moves with it.

import { channelOf, greyPicture, h, place, range, sized } from "./paint.js";

/**
 * How alike two maps are where one is moved by whole places: their correlation on what both have.
 */
export function alike(before, now, [rows, columns], [down, across]) {
  let [n, a, b, aa, bb, ab] = [0, 0, 0, 0, 0, 0];
  for (let y = Math.max(0, down); y < Math.min(rows, rows + down); y += 1) {
    for (let x = Math.max(0, across); x < Math.min(columns, columns + across); x += 1) {
      const p = before[(y - down) * columns + x - across];
      const q = now[y * columns + x];
      n += 1; a += p; b += q; aa += p * p; bb += q * q; ab += p * q;
    }
  }
  const spread = Math.sqrt((aa - (a * a) / n) * (bb - (b * b) / n));
  return spread > 0 ? (ab - (a * b) / n) / spread : NaN;
}

export class Shifted {
  constructor(panel) {
    this.panel = panel;
    this.element = h("div", {});
  }

  build() {
    const { panel } = this;
    const { drawing, layer, state } = panel;
    const old = drawing.isMoved && !state.variant && !state.hand
      ? drawing.still?.get(layer.index) : null;
    this.element.replaceChildren();
    if (!old) return;
    const [rows, columns] = panel.m.count;
    const before = channelOf(old, state.filter);
    const now = channelOf(panel.output, state.filter);
    const limits = range(before);
    const exact = drawing.shift.map((pixels, axis) => pixels / layer.jump[axis]);
    const places = exact.map((one) => Math.round(one));
    const figure = (values, words) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      const scale = 130 / Math.max(rows, columns);
      place(sized(canvas, columns * scale, rows * scale),
        greyPicture(values, columns, rows, limits), 0, 0, columns * scale, rows * scale);
      return h("figure", {}, h("figcaption", {}, words), canvas);
    };
    const there = alike(before, now, [rows, columns], [0, 0]);
    const along = alike(before, now, [rows, columns], places);
    this.element.append(
      h("h4", {}, "The map moves with the X-ray"),
      h("div", { class: "side" }, figure(before, "before"), figure(now, "now")),
      h("p", {}, `${drawing.shiftWords()} are ${amount(exact)} here: one place of this map is `
        + `${layer.jump[1]} pixels wide. ${verdict(along, there, exact)}`));
  }
}

const amount = (exact) => {
  const far = Math.max(...exact.map(Math.abs));
  return `${Number.isInteger(far) ? far : far.toFixed(1)} place${far === 1 ? "" : "s"}`;
};

function verdict(along, there, exact) {
  const written = (one) => (Number.isNaN(one) ? "none" : one.toFixed(2).replace("-", "−"));
  const whole = exact.every(Number.isInteger);
  return `Moved along, the map is as before (correlation ${written(along)}); without moving along `
    + `it would be ${written(there)}. ${whole ? "" : "No whole number of places, so it is not "
      + "exactly the same map: the window now stands between the pixels where it stood."}`;
}
