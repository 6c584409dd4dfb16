// What the server sends, in one piece: a head of JSON, the X-ray's grey levels, trained weights.
//
// Fresh weights are not sent but drawn here, as Keras draws them to begin with: Glorot's uniform
// numbers for kernels, 0 for biases, 1 for factors.

import { tensor } from "./layers.js";

export function readPacket(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + size)));
  const levels = bytes.subarray(head.pixels, head.pixels + head.shape.reduce((a, b) => a * b, 1));
  const floats = new Float32Array(bytes.slice(head.floats).buffer);
  const network = { ...head, xray: tensor(head.shape, Float32Array.from(levels)) };
  network.layers.forEach((layer) => give(layer, (weight) => sent(weight, floats)));
  return network;
}

/** Fills every layer with other fresh weights. */
export function refresh(network, seed) {
  let number = 0;
  network.layers.forEach((layer) => give(layer, (weight) => {
    number += 1;
    return fresh(weight, mixed(seed * 0x9e3779b1 + number));
  }));
}

function give(layer, values) {
  layer.weights = {};
  layer.incomplete = false;
  for (const weight of layer.arrays) {
    const found = values(weight);
    if (found === null) layer.incomplete = true;
    else layer.weights[weight.name] = found;
  }
  for (const inner of [...(layer.inside || []), ...(layer.projection ? [layer.projection] : [])]) {
    give(inner, values);
    layer.incomplete ||= inner.incomplete;
  }
}

const MOST_FRESH = 2e7; // numbers of one array, 80 MB

const count = (shape) => shape.reduce((a, b) => a * b, 1);

function sent(weight, floats) {
  if (weight.at === null) return null;
  return floats.subarray(weight.at, weight.at + count(weight.shape));
}

/** 32 bits in, 32 bits out that look like chance: multiplied by odd numbers and folded. */
function mixed(value) {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  x = Math.imul(x ^ (x >>> 16), 0x45d9f3b);
  return (x ^ (x >>> 16)) >>> 0;
}

function fresh(weight, seed) {
  const { name, shape } = weight;
  if (count(shape) > MOST_FRESH) return null;
  const values = new Float32Array(count(shape));
  if (name === "gamma" || name === "moving_variance") return values.fill(1);
  if (!name.endsWith("kernel")) return values;
  const field = count(shape.slice(0, -2));
  const limit = Math.sqrt(6 / (field * (shape.at(-2) + shape.at(-1))));
  for (let i = 0; i < values.length; i += 1) {
    values[i] = (mixed(seed + Math.imul(i, 0x27d4eb2f)) / 2 ** 31 - 1) * limit;
  }
  return values;
}
