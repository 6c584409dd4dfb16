// The bends that may follow a sum, and the windows' places: functions of numbers alone.

/** The error function by its series, which converges for every number. */
function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-17; n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const silu = (x) => x * sigmoid(x);

/** By Keras's names; softmax is no function of one value and stands in `softmax`. */
export const BENDS = {
  linear: (x) => x,
  relu: (x) => (x > 0 ? x : 0),
  leaky_relu: (x) => (x > 0 ? x : 0.2 * x),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu,
  swish: silu,
  mish: (x) => x * Math.tanh(softplus(x)),
  tanh: Math.tanh,
  sigmoid,
  hard_sigmoid: (x) => Math.min(Math.max(x / 6 + 0.5, 0), 1),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  exponential: Math.exp,
};

/** Applies a bend, or softmax over the last `size` values each, to all of `values` in place. */
export function bend(values, name, size) {
  if (name === "softmax") {
    for (let at = 0; at < values.length; at += size) {
      values.set(softmax(values.subarray(at, at + size)).shares, at);
    }
  } else if (name && name !== "linear") {
    const f = BENDS[name];
    for (let i = 0; i < values.length; i += 1) values[i] = f(values[i]);
  }
  return values;
}

/** Shares of one row of values, with what they are made of: e to the power of each, and the sum. */
export function softmax(row) {
  const most = row.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Array.from(row, (x) => Math.exp(x - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return { most, powers, sum, shares: powers.map((x) => x / sum) };
}

/**
 * How a window moves over a map, along both axes, as Keras counts it.
 *
 * With "same" the added rows are split evenly, and an odd one goes to the bottom and the right.
 */
export function moves(size, window, strides, padding, dilation = [1, 1]) {
  const span = window.map((k, axis) => (k - 1) * dilation[axis] + 1);
  const count = size.map((n, axis) =>
    padding === "same"
      ? Math.ceil(n / strides[axis])
      : Math.floor((n - span[axis]) / strides[axis]) + 1);
  const added = size.map((n, axis) =>
    padding === "same"
      ? Math.max(0, (count[axis] - 1) * strides[axis] + span[axis] - n)
      : 0);
  const before = added.map((n) => Math.floor(n / 2));
  const after = added.map((n, axis) => n - before[axis]);
  return { size, window, strides, padding, dilation, span, count, before, after };
}

/** The window's pixels along one axis at a place; null where it lies among the added ones. */
export function touched(m, axis, place) {
  return Array.from({ length: m.window[axis] }, (_, k) => {
    const at = place * m.strides[axis] - m.before[axis] + k * m.dilation[axis];
    return at >= 0 && at < m.size[axis] ? at : null;
  });
}
