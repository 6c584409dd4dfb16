// What each kind of layer makes of a map or a row, in single precision as Keras keeps it.
//
// A tensor is {shape, data}: [height, width, channels] with the channels last, or [values]. Sums are
// taken in double precision and kept in single. Each function yields now and then, so that whoever
// runs it can let the page breathe.

import { bend, moves, touched } from "./functions.js";

export function tensor(shape, data) {
  return { shape, data: data || new Float32Array(shape.reduce((a, b) => a * b, 1)) };
}

export const pair = (value) => (Array.isArray(value) ? value : [value, value]);

/** How the window of a convolution or a pooling moves over this map. */
export function movesOf(layer, shape) {
  const s = layer.settings;
  const window = pair(s.kernel_size ?? s.pool_size);
  return moves(
    shape.slice(0, 2), window, pair(s.strides ?? window), s.padding, pair(s.dilation_rate ?? 1));
}

function* convolution(input, m, kernel, bias, filters, activation) {
  const channels = input.shape[2];
  const out = tensor([...m.count, filters]);
  const sums = new Float64Array(filters);
  const across = Array.from({ length: m.count[1] }, (_, x) => touched(m, 1, x));
  for (let y = 0, at = 0; y < m.count[0]; y += 1) {
    const down = touched(m, 0, y);
    for (let x = 0; x < m.count[1]; x += 1, at += filters) {
      sums.fill(0);
      for (let ky = 0; ky < down.length; ky += 1) {
        if (down[ky] === null) continue;
        for (let kx = 0; kx < across[x].length; kx += 1) {
          if (across[x][kx] === null) continue;
          let from = (down[ky] * m.size[1] + across[x][kx]) * channels;
          let weight = (ky * m.window[1] + kx) * channels * filters;
          for (let c = 0; c < channels; c += 1, from += 1) {
            const value = input.data[from];
            for (let f = 0; f < filters; f += 1, weight += 1) sums[f] += value * kernel[weight];
          }
        }
      }
      for (let f = 0; f < filters; f += 1) out.data[at + f] = sums[f] + (bias ? bias[f] : 0);
    }
    yield;
  }
  bend(out.data, activation, filters);
  return out;
}

function* depthwise(input, m, kernel, bias, multiplier, activation) {
  const channels = input.shape[2];
  const filters = channels * multiplier;
  const out = tensor([...m.count, filters]);
  const sums = new Float64Array(filters);
  for (let y = 0, at = 0; y < m.count[0]; y += 1) {
    const down = touched(m, 0, y);
    for (let x = 0; x < m.count[1]; x += 1, at += filters) {
      const across = touched(m, 1, x);
      sums.fill(0);
      for (let ky = 0; ky < down.length; ky += 1) {
        if (down[ky] === null) continue;
        for (let kx = 0; kx < across.length; kx += 1) {
          if (across[kx] === null) continue;
          const from = (down[ky] * m.size[1] + across[kx]) * channels;
          const weight = (ky * m.window[1] + kx) * filters;
          for (let f = 0; f < filters; f += 1) {
            sums[f] += input.data[from + Math.floor(f / multiplier)] * kernel[weight + f];
          }
        }
      }
      for (let f = 0; f < filters; f += 1) out.data[at + f] = sums[f] + (bias ? bias[f] : 0);
    }
    yield;
  }
  bend(out.data, activation, filters);
  return out;
}

function* pooling(input, m, largest) {
  const channels = input.shape[2];
  const out = tensor([...m.count, channels]);
  for (let y = 0, at = 0; y < m.count[0]; y += 1) {
    const down = touched(m, 0, y).filter((one) => one !== null);
    for (let x = 0; x < m.count[1]; x += 1, at += channels) {
      const across = touched(m, 1, x).filter((one) => one !== null);
      for (let c = 0; c < channels; c += 1) {
        let kept = largest ? -Infinity : 0;
        for (const row of down) {
          for (const column of across) {
            const value = input.data[(row * m.size[1] + column) * channels + c];
            kept = largest ? Math.max(kept, value) : kept + value;
          }
        }
        out.data[at + c] = largest ? kept : kept / (down.length * across.length);
      }
    }
    yield;
  }
  return out;
}

function globalPooling(input, largest) {
  const [height, width, channels] = input.shape;
  const kept = new Float64Array(channels).fill(largest ? -Infinity : 0);
  input.data.forEach((value, i) => {
    const c = i % channels;
    kept[c] = largest ? Math.max(kept[c], value) : kept[c] + value / (height * width);
  });
  return tensor([channels], Float32Array.from(kept));
}

function* dense(input, kernel, bias, units, activation) {
  const inputs = input.shape.at(-1);
  const out = tensor([...input.shape.slice(0, -1), units]);
  const sums = new Float64Array(units);
  for (let from = 0, at = 0; from < input.data.length; from += inputs, at += units) {
    sums.fill(0);
    for (let i = 0, weight = 0; i < inputs; i += 1) {
      const value = input.data[from + i];
      for (let u = 0; u < units; u += 1, weight += 1) sums[u] += value * kernel[weight];
      if (i % 512 === 511) yield;
    }
    for (let u = 0; u < units; u += 1) out.data[at + u] = sums[u] + (bias ? bias[u] : 0);
    yield;
  }
  bend(out.data, activation, units);
  return out;
}

/** Mean 0 and deviation 1 of all values with the same number from `group`. */
function normalised(input, group, groups, epsilon, scaled) {
  const count = new Float64Array(groups);
  const mean = new Float64Array(groups);
  const spread = new Float64Array(groups);
  input.data.forEach((value, i) => { count[group(i)] += 1; mean[group(i)] += value; });
  for (let g = 0; g < groups; g += 1) mean[g] /= count[g];
  input.data.forEach((value, i) => { spread[group(i)] += (value - mean[group(i)]) ** 2; });
  for (let g = 0; g < groups; g += 1) spread[g] = Math.sqrt(spread[g] / count[g] + epsilon);
  const data = new Float32Array(input.data.length);
  input.data.forEach((value, i) => {
    data[i] = scaled((value - mean[group(i)]) / spread[group(i)], i);
  });
  return tensor(input.shape, data);
}

/** Numbers a value by its places along some axes, and by those along the others. */
function numbering(shape, wanted) {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const axes = shape.map((_, axis) => axis).filter(wanted);
  const count = axes.reduce((product, axis) => product * shape[axis], 1);
  const number = (i) =>
    axes.reduce((n, axis) => n * shape[axis] + (Math.floor(i / steps[axis]) % shape[axis]), 0);
  return { count, number };
}

const scaledBy = (w, of) => (value, i) =>
  value * (w.gamma ? w.gamma[of(i)] : 1) + (w.beta ? w.beta[of(i)] : 0);

function padded(input, padding) {
  const [[above, below], [left, right]] = pair(padding).map(pair);
  const [height, width, channels] = input.shape;
  const out = tensor([height + above + below, width + left + right, channels]);
  for (let y = 0; y < height; y += 1) {
    const row = input.data.subarray(y * width * channels, (y + 1) * width * channels);
    out.data.set(row, ((y + above) * out.shape[1] + left) * channels);
  }
  return out;
}

function* residual(layer, input) {
  let inside = input;
  for (const step of layer.inside) inside = yield* apply(step, inside);
  const short = layer.projection ? yield* apply(layer.projection, input) : input;
  const sum = Float32Array.from(inside.data, (value, i) => value + short.data[i]);
  bend(sum, layer.settings.activation, inside.shape[2]);
  return tensor(inside.shape, sum);
}

const same = (layer, input) => input;

/** What a layer does, by its kind; what is not here the drawing does not know. */
const KINDS = {
  Input: same,
  Rescaling: ({ settings: s }, input) =>
    tensor(input.shape, Float32Array.from(input.data, (value) => value * s.scale + s.offset)),
  *Conv2D(layer, input) {
    const { settings: s, weights: w } = layer;
    return yield* convolution(
      input, movesOf(layer, input.shape), w.kernel, w.bias, s.filters, s.activation);
  },
  *DepthwiseConv2D(layer, input) {
    const { settings: s, weights: w } = layer;
    return yield* depthwise(
      input, movesOf(layer, input.shape), w.kernel, w.bias, s.depth_multiplier, s.activation);
  },
  *SeparableConv2D(layer, input) {
    const { settings: s, weights: w } = layer;
    const m = movesOf(layer, input.shape);
    const apart = yield* depthwise(input, m, w.depthwise_kernel, null, s.depth_multiplier, null);
    const still = moves(apart.shape.slice(0, 2), [1, 1], [1, 1], "valid");
    return yield* convolution(apart, still, w.pointwise_kernel, w.bias, s.filters, s.activation);
  },
  *MaxPooling2D(layer, input) { return yield* pooling(input, movesOf(layer, input.shape), true); },
  *AveragePooling2D(layer, input) {
    return yield* pooling(input, movesOf(layer, input.shape), false);
  },
  GlobalMaxPooling2D: (layer, input) => globalPooling(input, true),
  GlobalAveragePooling2D: (layer, input) => globalPooling(input, false),
  Flatten: (layer, input) => tensor([input.data.length], input.data),
  *Dense({ settings: s, weights: w }, input) {
    return yield* dense(input, w.kernel, w.bias, s.units, s.activation);
  },
  Activation: ({ settings: s }, input) =>
    tensor(input.shape, bend(input.data.slice(), s.activation, input.shape.at(-1))),
  LeakyReLU: ({ settings: s }, input) => tensor(
    input.shape, Float32Array.from(input.data, (x) => (x > 0 ? x : s.negative_slope * x))),
  BatchNormalization({ settings: s, weights: w }, input) {
    const channels = input.shape.at(-1);
    const scaled = scaledBy(w, (c) => c);
    const data = Float32Array.from(input.data, (value, i) => {
      const c = i % channels;
      return scaled((value - w.moving_mean[c]) / Math.sqrt(w.moving_variance[c] + s.epsilon), c);
    });
    return tensor(input.shape, data);
  },
  LayerNormalization({ settings: s, weights: w }, input) {
    const last = input.shape.length;
    const axes = [s.axis].flat().map((axis) => (axis === -1 ? last : axis) - 1);
    const { number } = numbering(input.shape, (axis) => axes.includes(axis));
    const apart = numbering(input.shape, (axis) => !axes.includes(axis));
    return normalised(input, apart.number, apart.count, s.epsilon, scaledBy(w, number));
  },
  GroupNormalization({ settings: s, weights: w }, input) {
    const channels = input.shape.at(-1);
    const group = (i) => Math.floor(((i % channels) * s.groups) / channels);
    return normalised(input, group, s.groups, s.epsilon, scaledBy(w, (i) => i % channels));
  },
  ZeroPadding2D: ({ settings: s }, input) => padded(input, s.padding),
  Residual: residual,
};

/** Whether the drawing knows this kind of layer, and those inside it. */
export const isKnown = (layer) =>
  (layer.kind in KINDS || layer.passes) && (layer.inside || []).every(isKnown);

/** What a layer makes of a tensor, as a generator that yields now and then. */
export function* apply(layer, input) {
  const made = (KINDS[layer.kind] || same)(layer, input);
  return "next" in made ? yield* made : made;
}

/** The same at once. */
export function applied(layer, input) {
  const steps = apply(layer, input);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}
