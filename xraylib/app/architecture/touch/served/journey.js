// The X-ray's way through the network: what every layer makes of it, computed here, a slice of a
// frame at a time.

import { apply, isKnown, tensor } from "./layers.js";

const SLICE = 9; // milliseconds of work between two breaths of the page
const MOST_PRODUCTS = 3e9; // some seconds of work
const MOST_VALUES = 5e7; // 200 MB

/** Which layers can be carried, and in words why the first other one cannot. */
export function reach(network) {
  let products = 0;
  let values = 0;
  for (const layer of network.layers) {
    products += layer.products;
    values += layer.shape.reduce((a, b) => a * b, 1);
    const why = obstacle(layer, products, values);
    if (why) return { upTo: layer.index, why };
  }
  return { upTo: network.layers.length, why: "" };
}

function obstacle(layer, products, values) {
  if (!isKnown(layer)) {
    return `${layer.kind} is not computed in this drawing, so what comes out of it, and of all `
      + "behind it, is not shown.";
  }
  if (layer.incomplete) return "It has too many weights for this drawing.";
  if (products > MOST_PRODUCTS) return "From here on it costs too many products for a browser.";
  if (values > MOST_VALUES) return "From here on its maps are too large for a browser.";
  return "";
}

/** The X-ray moved by whole pixels; what comes in at the edge is black. */
export function moved(xray, down, across) {
  const [height, width, channels] = xray.shape;
  const out = tensor(xray.shape);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [row, column] = [y - down, x - across];
      if (row < 0 || column < 0 || row >= height || column >= width) continue;
      for (let c = 0; c < channels; c += 1) {
        out.data[(y * width + x) * channels + c] = xray.data[(row * width + column) * channels + c];
      }
    }
  }
  return out;
}

/**
 * Carries an X-ray through the layers before `upTo`.
 *
 * `tell(index, tensor)` hears of each as soon as it is there; `isOff()` ends it early.
 */
export async function carry(network, xray, upTo, tell, isOff) {
  let now = xray;
  let began = performance.now();
  for (const layer of network.layers.slice(0, upTo)) {
    const steps = apply(layer, now);
    let step = steps.next();
    while (!step.done) {
      if (performance.now() - began > SLICE) {
        await breath();
        if (isOff()) return;
        began = performance.now();
      }
      step = steps.next();
    }
    now = step.value;
    tell(layer.index, now);
  }
}

const breath = () => new Promise((resume) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { port1.close(); resume(); };
  port2.postMessage(0);
});
