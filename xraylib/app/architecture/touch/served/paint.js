// Pictures on canvases: grey maps, signed weights, grids of numbers. And how numbers are written.

export const WINDOW = "#e67800";
export const NEXT = "#3f9bd1";

/** An element with attributes, listeners (`onclick`) and children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((one) => one !== null));
  return element;
}

/** A number as a person reads it: three digits that count, a true minus. */
export function told(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.0005 || size >= 1e6)) return value.toExponential(1).replace("-", "−");
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
}

export const times = (shape) => shape.map((n) => n.toLocaleString("en")).join("×");

/** Colours of the page as it is now. */
export function coloursOf(element) {
  const style = getComputedStyle(element);
  const [red, green, blue] = rgb(style.getPropertyValue("--ground") || "#fff");
  const dark = red + green + blue < 384;
  return {
    dark,
    ink: style.color,
    ground: `rgb(${red}, ${green}, ${blue})`,
    groundLevels: [red, green, blue],
    line: style.getPropertyValue("--line").trim() || "#8888",
    accent: style.getPropertyValue("--accent").trim() || "#0b6e8a",
    low: dark ? [86, 176, 222] : [24, 104, 168],
    high: dark ? [242, 142, 75] : [206, 92, 12],
  };
}

function rgb(text) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = text.trim();
  context.fillRect(0, 0, 1, 1);
  return context.getImageData(0, 0, 1, 1).data;
}

/** Makes a canvas so many CSS pixels large, sharp on this screen, and gives its brush. */
export function sized(canvas, width, height) {
  const dense = Math.min(2, window.devicePixelRatio || 1);
  const [w, t] = [Math.round(width * dense), Math.round(height * dense)];
  if (canvas.width !== w || canvas.height !== t) {
    canvas.width = w;
    canvas.height = t;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const brush = canvas.getContext("2d");
  brush.setTransform(dense, 0, 0, dense, 0, 0);
  return brush;
}

/** The least and the largest of some values. */
export function range(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** One channel of a map by itself. */
export function channelOf({ shape, data }, channel) {
  const [height, width, channels] = shape;
  const values = new Float32Array(height * width);
  for (let i = 0; i < values.length; i += 1) values[i] = data[i * channels + channel];
  return values;
}

/** A picture of values, one pixel each: from their least (black) to their largest (white). */
export function greyPicture(values, width, height, limits = range(values)) {
  const [low, high] = limits;
  return picture(width, height, (pixels) => {
    const scale = 255 / Math.max(high - low, 1e-12);
    values.forEach((value, i) => {
      const level = (value - low) * scale;
      pixels.set([level, level, level, 255], i * 4);
    });
  });
}

/** A picture of signed values: blue below 0, orange above, the page's own ground at 0. */
export function signedPicture(values, width, height, colours, most = largest(values)) {
  return picture(width, height, (pixels) => {
    values.forEach((value, i) => {
      pixels.set([...signed(value, most, colours), 255], i * 4);
    });
  });
}

export const largest = (values) => values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);

function signed(value, most, { low, high, groundLevels }) {
  const share = Math.min(1, Math.abs(value) / Math.max(most, 1e-12)) ** 0.8;
  const end = value < 0 ? low : high;
  return end.map((level, i) => groundLevels[i] + (level - groundLevels[i]) * share);
}

function picture(width, height, fill) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const brush = canvas.getContext("2d");
  const image = brush.createImageData(width, height);
  fill(image.data);
  brush.putImageData(image, 0, 0);
  return canvas;
}

/** A picture enlarged to a box, each value a square; shrunk it is smoothed. */
export function place(brush, image, x, y, width, height) {
  brush.imageSmoothingEnabled = width < image.width;
  brush.imageSmoothingQuality = "high";
  brush.drawImage(image, x, y, width, height);
}

/**
 * A grid of numbers on their colours.
 *
 * `kind` "grey" or "signed"; `added` marks cells that padding made; `mark` is the cell to frame.
 */
export function drawGrid(canvas, values, columns, { kind, limits, added, mark, colours, cell }) {
  const rows = values.length / columns;
  const brush = sized(canvas, columns * cell + 2, rows * cell + 2);
  brush.clearRect(0, 0, columns * cell + 2, rows * cell + 2);
  const numbers = cell >= 26;
  brush.font = `${cell >= 34 ? 10.5 : 8.5}px ui-monospace, Menlo, Consolas, monospace`;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  const [low, high] = limits;
  for (let i = 0; i < values.length; i += 1) {
    const [x, y] = [1 + (i % columns) * cell, 1 + Math.floor(i / columns) * cell];
    let levels;
    if (added && added[i]) levels = colours.groundLevels;
    else if (kind === "grey") {
      const level = Math.max(0, Math.min(255, (255 * (values[i] - low)) / Math.max(high - low, 1e-12)));
      levels = [level, level, level];
    } else levels = signed(values[i], high, colours);
    brush.fillStyle = `rgb(${levels[0]},${levels[1]},${levels[2]})`;
    brush.fillRect(x, y, cell - 1, cell - 1);
    if (added && added[i]) {
      brush.strokeStyle = colours.line;
      brush.setLineDash([2, 2]);
      brush.strokeRect(x + 0.5, y + 0.5, cell - 2, cell - 2);
      brush.setLineDash([]);
    }
    if (numbers) {
      const bright = 0.299 * levels[0] + 0.587 * levels[1] + 0.114 * levels[2] > 140;
      brush.fillStyle = bright ? "#10161a" : "#f5f8fa";
      brush.fillText(short(values[i]), x + (cell - 1) / 2, y + cell / 2);
    }
  }
  if (mark !== undefined && mark !== null) {
    brush.strokeStyle = WINDOW;
    brush.lineWidth = 2.5;
    brush.strokeRect(
      1 + (mark % columns) * cell, 1 + Math.floor(mark / columns) * cell, cell - 1, cell - 1);
  }
}

/** As few signs as fit into a cell. */
function short(value) {
  const size = Math.abs(value);
  const text = size >= 1000 ? value.toExponential(0) : size >= 100 ? value.toFixed(0)
    : size >= 10 ? value.toFixed(1) : value.toFixed(2);
  return text.replace("-", "−").replace(/^−(0\.?0*)$/, "$1");
}
