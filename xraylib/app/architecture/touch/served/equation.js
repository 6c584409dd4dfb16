// The sum at one place, written out: patch × kernel = products, their sum, the bias, the bend.

import { drawGrid, h, largest, range, told } from "./paint.js";

const WIDE = 11; // windows up to so many columns are shown cell by cell

export class Equation {
  constructor(panel) {
    this.panel = panel;
    const grid = (words) => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      return { canvas, element: h("figure", {}, h("figcaption", {}, words), canvas) };
    };
    const sums = panel.layer.window === "sum";
    this.patch = grid("under the window");
    this.kernel = grid("the filter's weights");
    this.products = grid("products");
    this.text = h("span", {});
    this.value = h("b", { class: "lands" });
    this.answer = h("div", { class: "answer" }, this.text, this.value);
    const sign = (words) => h("span", { class: "sign", "aria-hidden": "true" }, words);
    this.element = h("div", {},
      h("div", { class: "equation" }, this.patch.element,
        ...(sums
          ? [sign("×"), this.kernel.element, sign("="), this.products.element] : [])),
      this.answer);
  }

  prepare(width) {
    const { m, layer } = this.panel;
    const grids = layer.window === "sum" ? 3 : 1;
    const room = Math.min(640, width - 40);
    const narrow = width < 560;
    const each = narrow ? (room - 40) / Math.min(2, grids) : (room - 90) / grids;
    this.cell = Math.max(4, Math.min(40, Math.floor(each / m.window[1])));
    this.shown = m.window[1] <= 64 && m.window[0] <= 64;
    this.element.firstChild.hidden = !this.shown;
  }

  draw(detail, limits, colours) {
    const { m, layer } = this.panel;
    if (this.shown) {
      const common = { colours, cell: this.cell };
      drawGrid(this.patch.canvas, detail.patch.values, m.window[1], {
        ...common, kind: "grey", limits, added: detail.patch.added, mark: detail.kept,
      });
      if (layer.window === "sum") {
        drawGrid(this.kernel.canvas, detail.weights, m.window[1],
          { ...common, kind: "signed", limits: [0, largest(detail.weights)] });
        drawGrid(this.products.canvas, detail.products, m.window[1], {
          ...common, kind: "signed", limits: [0, largest(detail.products)],
          added: detail.patch.added,
        });
      }
    }
    this.text.textContent = this.sentence(detail);
    this.value.textContent = `→ ${told(detail.value)}`;
  }

  /** How the value comes about, up to the arrow before it. */
  sentence(detail) {
    const { layer, filter, state } = this.panel;
    if (layer.window !== "sum") {
      const what = layer.window === "largest" ? "The largest" : "The mean";
      return `${what} of ${detail.count} values`;
    }
    const many = filter.channels.length > 1;
    const own = `Products summed${many ? ` in channel ${state.channel + 1}` : ""}: `
      + `${told(detail.sum)}.`;
    const all = many ? ` All ${filter.channels.length} channels: ${told(detail.total)}.` : "";
    const bias = layer.weights.bias && !state.hand
      ? ` With the bias ${told(filter.bias)}: ${told(detail.before)}.` : "";
    const bend = layer.settings.activation ? ` Through ${layer.settings.activation}` : " It lands";
    return own + all + bias + bend;
  }

  /** The same for who cannot see it, with the numbers in a row. */
  spoken(detail, row, column) {
    const list = (values) => Array.from(values, (value) => told(value)).join(" ");
    const numbers = detail.patch.values.length <= WIDE * WIDE
      ? ` Under it: ${list(detail.patch.values)}.` : "";
    return `Window at row ${row + 1}, column ${column + 1}.${numbers} `
      + `${this.sentence(detail)} ${told(detail.value)}. ${range(detail.patch.added)[1] > 0
        ? "Part of it lies on added zeros." : ""}`;
  }
}
