// What a window sees at one place, and what is made of it: for convolutions and pooling.

import { BENDS, touched } from "./functions.js";

/**
 * One filter of a layer as weights for each channel that it looks at.
 *
 * A separable convolution weighs each channel's own filter by the mixture after it: here both are
 * one filter, which makes the same sums.
 */
export function filterOf(layer, channels, filter) {
  const { weights: w, settings: s, kind } = layer;
  if (layer.window !== "sum") return { channels: [filter], weights: null, bias: 0 };
  const size = layer.arrays[0].shape[0] * layer.arrays[0].shape[1];
  const all = Array.from({ length: channels }, (_, c) => c);
  const bias = w.bias ? w.bias[filter] : 0;
  if (kind === "DepthwiseConv2D") {
    const c = Math.floor(filter / s.depth_multiplier);
    const own = Float64Array.from({ length: size }, (_, k) =>
      w.kernel[k * channels * s.depth_multiplier + filter]);
    return { channels: [c], weights: new Map([[c, own]]), bias };
  }
  const weigh = kind === "SeparableConv2D"
    ? (c, k) => {
      let sum = 0;
      for (let j = 0; j < s.depth_multiplier; j += 1) {
        const between = c * s.depth_multiplier + j;
        sum += w.depthwise_kernel[k * channels * s.depth_multiplier + between]
          * w.pointwise_kernel[between * s.filters + filter];
      }
      return sum;
    }
    : (c, k) => w.kernel[(k * channels + c) * s.filters + filter];
  const weights = new Map(all.map((c) => [
    c, Float64Array.from({ length: size }, (_, k) => weigh(c, k)),
  ]));
  return { channels: all, weights, bias };
}

export const HAND_SET = ["Edges, left to right", "Edges, top to bottom", "Mean"];

/** A filter set by hand: the mean of the window, or its right (lower) half less its left (upper). */
export function handFilter(name, [height, width], channels) {
  const side = (i, n) => Math.sign(i - (n - 1) / 2);
  const one = Float64Array.from({ length: height * width }, (_, k) => {
    const [row, column] = [Math.floor(k / width), k % width];
    if (name === "Mean") return 1 / (height * width);
    return name === HAND_SET[0]
      ? side(column, width) / Math.max(1, height * Math.floor(width / 2))
      : side(row, height) / Math.max(1, width * Math.floor(height / 2));
  });
  const all = Array.from({ length: channels }, (_, c) => c);
  return { channels: all, weights: new Map(all.map((c) => [c, one])), bias: 0 };
}

/** The values of one channel under the window, and which of them padding added. */
export function patchAt(input, m, row, column, channel) {
  const [down, across] = [touched(m, 0, row), touched(m, 1, column)];
  const values = new Float64Array(down.length * across.length);
  const added = new Uint8Array(values.length);
  for (let ky = 0, i = 0; ky < down.length; ky += 1) {
    for (let kx = 0; kx < across.length; kx += 1, i += 1) {
      if (down[ky] === null || across[kx] === null) added[i] = 1;
      else {
        values[i] = input.data[(down[ky] * m.size[1] + across[kx]) * input.shape[2] + channel];
      }
    }
  }
  return { values, added };
}

/** Sum of the products of one channel at a place. */
export function channelSum(input, m, row, column, channel, weights) {
  const [down, across] = [touched(m, 0, row), touched(m, 1, column)];
  let sum = 0;
  for (let ky = 0, i = 0; ky < down.length; ky += 1) {
    for (let kx = 0; kx < across.length; kx += 1, i += 1) {
      if (down[ky] === null || across[kx] === null) continue;
      sum += weights[i]
        * input.data[(down[ky] * m.size[1] + across[kx]) * input.shape[2] + channel];
    }
  }
  return sum;
}

/**
 * Everything at one place.
 *
 * For a convolution: patch, weights and products of `channel`; the sum of each channel, their sum,
 * and that with the bias before and after the bend. For pooling: the patch and what is kept of it.
 */
export function detailAt(layer, input, m, filter, row, column, channel) {
  const patch = patchAt(input, m, row, column, channel);
  if (layer.window !== "sum") {
    const inside = Array.from(patch.values.keys()).filter((i) => !patch.added[i]);
    const value = layer.window === "largest"
      ? Math.max(...inside.map((i) => patch.values[i]))
      : inside.reduce((sum, i) => sum + patch.values[i], 0) / inside.length;
    const kept = layer.window === "largest"
      ? inside.find((i) => patch.values[i] === value) : null;
    return { patch, kept, count: inside.length, value: Math.fround(value) };
  }
  const weights = filter.weights.get(channel);
  const products = weights.map((weight, i) => weight * patch.values[i]);
  const sums = filter.channels.map((c) =>
    channelSum(input, m, row, column, c, filter.weights.get(c)));
  const sum = products.reduce((a, b) => a + b, 0);
  const total = sums.reduce((a, b) => a + b, 0);
  const before = Math.fround(total + filter.bias);
  const name = layer.settings.activation || "linear";
  const value = name === "softmax" ? before : Math.fround(BENDS[name](before));
  return { patch, weights, products, sum, sums, total, before, value };
}

/** The whole map of one filter, `m.count` values. */
export function filterMap(layer, input, m, filter) {
  const [rows, columns] = m.count;
  const map = new Float32Array(rows * columns);
  const name = layer.settings.activation || "linear";
  const f = name === "softmax" ? BENDS.linear : BENDS[name];
  for (let row = 0, i = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1, i += 1) {
      if (layer.window === "sum") {
        let total = filter.bias;
        for (const c of filter.channels) {
          total += channelSum(input, m, row, column, c, filter.weights.get(c));
        }
        map[i] = f(Math.fround(total));
      } else {
        map[i] = detailAt(layer, input, m, filter, row, column, filter.channels[0]).value;
      }
    }
  }
  return map;
}
