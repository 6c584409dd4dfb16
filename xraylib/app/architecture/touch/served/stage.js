// The two maps of a layer with a window: where it is in what comes in, and where its answer lands.

import { greyPicture, h, NEXT, place, range, sized, WINDOW } from "./paint.js";

/** Binds pointer and keys of a canvas; `to(x, y)` gets shares of its width and height. */
function touchable(canvas, to, key) {
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    to((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    point(event);
  });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) point(event); });
  canvas.addEventListener("keydown", key);
}

const canvasFor = (label) => h("canvas", {
  class: "touchable", tabindex: "0", role: "application", "aria-label": label,
});

/** What comes in, with the zeros that padding adds around it and the window on it. */
export class InStage {
  constructor(panel) {
    this.panel = panel;
    this.canvas = canvasFor("What comes in, with the window on it. Arrow keys move the window by "
      + "its stride, Space plays.");
    touchable(this.canvas, (x, y) => this.touched(x, y), panel.key);
  }

  /** Rows and columns with the added ones. */
  get whole() {
    const { size, before, after } = this.panel.m;
    return size.map((n, axis) => before[axis] + n + after[axis]);
  }

  touched(x, y) {
    const { m } = this.panel;
    const [height, width] = this.whole;
    const at = [y * height, x * width].map((pixel, axis) =>
      Math.round((pixel - m.span[axis] / 2) / m.strides[axis]));
    this.panel.moveTo(at[0], at[1]);
  }

  prepare(values, side) {
    const { m } = this.panel;
    const [height, width] = this.whole;
    this.limits = range(values);
    this.picture = greyPicture(values, m.size[1], m.size[0], this.limits);
    this.scale = side / Math.max(height, width);
    this.side = [width * this.scale, height * this.scale];
  }

  draw({ row, column }, colours) {
    const { m } = this.panel;
    const brush = sized(this.canvas, ...this.side);
    const s = this.scale;
    brush.clearRect(0, 0, ...this.side);
    if (m.before.concat(m.after).some((n) => n)) this.drawZeros(brush, colours);
    place(brush, this.picture, m.before[1] * s, m.before[0] * s, m.size[1] * s, m.size[0] * s);
    const next = column + 1 < m.count[1] ? [row, column + 1] : [row + 1, 0];
    if (next[0] < m.count[0]) this.frame(brush, next, NEXT, 1.5);
    brush.fillStyle = "rgba(230, 120, 0, 0.18)";
    brush.fillRect(...this.box([row, column]));
    this.frame(brush, [row, column], "#fff", 4);
    this.frame(brush, [row, column], WINDOW, 2.5);
    if (m.dilation.some((n) => n > 1)) this.drawDots(brush, [row, column]);
  }

  drawZeros(brush, colours) {
    const [width, height] = this.side;
    const s = this.scale;
    brush.fillStyle = colours.ground;
    brush.fillRect(0, 0, width, height);
    brush.strokeStyle = colours.line;
    brush.setLineDash([3, 3]);
    brush.strokeRect(0.5, 0.5, width - 1, height - 1);
    brush.setLineDash([]);
    if (s < 9) {
      brush.lineWidth = 1;
      for (let x = -height; x < width; x += 7) {
        brush.beginPath();
        brush.moveTo(x, height);
        brush.lineTo(x + height, 0);
        brush.stroke();
      }
      return;
    }
    const { m } = this.panel;
    brush.fillStyle = colours.ink;
    brush.font = `${Math.min(12, s * 0.6)}px ui-monospace, monospace`;
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    const [rows, columns] = this.whole;
    for (let y = 0; y < rows; y += 1) {
      for (let x = 0; x < columns; x += 1) {
        const inside = y >= m.before[0] && x >= m.before[1]
          && y < m.before[0] + m.size[0] && x < m.before[1] + m.size[1];
        if (!inside) brush.fillText("0", (x + 0.5) * s, (y + 0.5) * s);
      }
    }
  }

  box([row, column]) {
    const { m } = this.panel;
    const s = this.scale;
    return [column * m.strides[1] * s, row * m.strides[0] * s, m.span[1] * s, m.span[0] * s];
  }

  frame(brush, at, colour, thick) {
    brush.strokeStyle = colour;
    brush.lineWidth = thick;
    brush.strokeRect(...this.box(at));
  }

  drawDots(brush, at) {
    const { m } = this.panel;
    const [x, y] = this.box(at);
    brush.fillStyle = WINDOW;
    for (let ky = 0; ky < m.window[0]; ky += 1) {
      for (let kx = 0; kx < m.window[1]; kx += 1) {
        const s = this.scale;
        brush.fillRect(x + kx * m.dilation[1] * s, y + ky * m.dilation[0] * s,
          Math.max(2, s), Math.max(2, s));
      }
    }
  }
}

/** The map that goes out: full where the window has been, faint elsewhere. */
export class OutStage {
  constructor(panel) {
    this.panel = panel;
    this.canvas = canvasFor("The map that goes out, with the window's answer framed. Arrow keys "
      + "move the window, Space plays.");
    touchable(this.canvas, (x, y) => {
      const [rows, columns] = panel.m.count;
      panel.moveTo(Math.floor(y * rows), Math.floor(x * columns));
    }, panel.key);
  }

  prepare(map, been, side) {
    const [rows, columns] = this.panel.m.count;
    const limits = range(map);
    this.whole = greyPicture(map, columns, rows, limits);
    this.levels = this.whole.getContext("2d").getImageData(0, 0, columns, rows).data;
    this.painted = h("canvas", { width: columns, height: rows });
    this.brush = this.painted.getContext("2d");
    this.scale = side / Math.max(rows, columns);
    this.side = [columns * this.scale, rows * this.scale];
    been.forEach((yes, i) => { if (yes) this.paint(i); });
  }

  /** Lets the value at place `i` land in the map. */
  paint(i) {
    const level = this.levels[i * 4];
    const columns = this.panel.m.count[1];
    this.brush.fillStyle = `rgb(${level},${level},${level})`;
    this.brush.fillRect(i % columns, Math.floor(i / columns), 1, 1);
  }

  /** Lets all values land. */
  paintAll() {
    this.brush.drawImage(this.whole, 0, 0);
  }

  clear() {
    this.brush.clearRect(0, 0, this.painted.width, this.painted.height);
  }

  draw({ row, column }, colours) {
    const brush = sized(this.canvas, ...this.side);
    brush.clearRect(0, 0, ...this.side);
    brush.globalAlpha = 0.16;
    place(brush, this.whole, 0, 0, ...this.side);
    brush.globalAlpha = 1;
    place(brush, this.painted, 0, 0, ...this.side);
    brush.strokeStyle = colours.line;
    brush.lineWidth = 1;
    brush.strokeRect(0.5, 0.5, this.side[0] - 1, this.side[1] - 1);
    const s = this.scale;
    const grown = Math.max(0, (7 - s) / 2);
    const box = [column * s - grown, row * s - grown, s + 2 * grown, s + 2 * grown];
    brush.strokeStyle = "#fff";
    brush.lineWidth = 4;
    brush.strokeRect(...box);
    brush.strokeStyle = WINDOW;
    brush.lineWidth = 2.5;
    brush.strokeRect(...box);
  }
}
