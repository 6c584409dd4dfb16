/**
 * Sizes as OpenCV brings them about: INTER_AREA to shrink, INTER_LINEAR to enlarge, to the last bit.
 *
 * A network has learned from OpenCV's pixels. A canvas averages otherwise and is up to 145 levels away
 * from them; so this follows OpenCV's own order of sums and roundings, in 32-bit floats where it has them.
 */

export type Samples = Uint8Array | Uint16Array | Float32Array;

/** Samples by row, column and channel. */
export interface Picture<T extends Samples = Samples> {
  readonly data: T;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

const f32 = Math.fround;

export function picture<T extends Samples>(
  data: T, width: number, height: number, channels = 1,
): Picture<T> {
  return { data, width, height, channels };
}

function empty<T extends Samples>(like: T, length: number): T {
  return new (like.constructor as new (length: number) => T)(length);
}

/** Rounded, halves to even, as Python and OpenCV round. */
export function rounded(value: number): number {
  const low = Math.floor(value), above = value - low;
  return above > 0.5 || (above === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

function keep(samples: Samples): (value: number) => number {
  if (samples instanceof Float32Array) return f32;
  const top = samples instanceof Uint8Array ? 255 : 65535;
  return (value) => Math.min(top, Math.max(0, rounded(value)));
}

/** One weight of a sum: of the place `from` in the result's place `to`. */
interface Weights {
  readonly to: Int32Array;
  readonly from: Int32Array;
  readonly weight: Float32Array;
}

/** What each place of the smaller side takes of the larger one (OpenCV's computeResizeAreaTab). */
function areaWeights(large: number, small: number, scale: number): Weights {
  const to: number[] = [], from: number[] = [], weight: number[] = [];
  const add = (place: number, source: number, share: number) => {
    to.push(place); from.push(source); weight.push(share);
  };
  for (let place = 0; place < small; place++) {
    const begin = place * scale, end = begin + scale;
    const cell = Math.min(scale, large - begin);
    const last = Math.min(Math.floor(end), large - 1);
    const first = Math.min(Math.ceil(begin), last);
    if (first - begin > 1e-3) add(place, first - 1, (first - begin) / cell);
    for (let source = first; source < last; source++) add(place, source, 1 / cell);
    if (end - last > 1e-3) add(place, last, Math.min(Math.min(end - last, 1), cell) / cell);
  }
  return { to: Int32Array.from(to), from: Int32Array.from(from), weight: Float32Array.from(weight) };
}

function areaByWeights<T extends Samples>(
  source: Picture<T>, width: number, height: number, scaleX: number, scaleY: number,
): T {
  const { data, channels } = source;
  const across = areaWeights(source.width, width, scaleX);
  const down = areaWeights(source.height, height, scaleY);
  const columns = width * channels;
  const row = new Float32Array(columns), sum = new Float32Array(columns);
  const result = empty(data, columns * height);
  const kept = keep(data);
  const write = (place: number) => {
    for (let k = 0; k < columns; k++) result[place * columns + k] = kept(sum[k]!);
  };
  let before = down.to[0]!;
  for (let j = 0; j < down.to.length; j++) {
    const start = down.from[j]! * source.width * channels, share = down.weight[j]!;
    row.fill(0);
    for (let k = 0; k < across.to.length; k++) {
      const at = across.to[k]! * channels, of = start + across.from[k]! * channels;
      const part = across.weight[k]!;
      for (let c = 0; c < channels; c++) row[at + c] = row[at + c]! + f32(data[of + c]! * part);
    }
    if (down.to[j]! !== before) {
      write(before);
      for (let k = 0; k < columns; k++) sum[k] = share * row[k]!;
      before = down.to[j]!;
    } else {
      for (let k = 0; k < columns; k++) sum[k] = sum[k]! + f32(share * row[k]!);
    }
  }
  write(before);
  return result;
}

/** Whole numbers of samples each way: plain means, four by four as OpenCV adds them. */
function areaByCounts<T extends Samples>(
  source: Picture<T>, width: number, height: number, across: number, down: number,
): T {
  const { data, channels } = source;
  const whole = !(data instanceof Float32Array);
  const area = across * down, scale = f32(1 / area);
  const result = empty(data, width * height * channels);
  const kept = keep(data);
  const stride = source.width * channels;
  const offsets = new Int32Array(area);
  for (let y = 0; y < down; y++) {
    for (let x = 0; x < across; x++) offsets[y * across + x] = y * stride + x * channels;
  }
  const exact = data instanceof Uint8Array;  // sums in whole numbers; else in 32-bit floats
  const halves = across === 2 && down === 2 && channels !== 2;
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++, place++) {
        const at = y * down * stride + x * across * channels + c;
        if (halves) {
          const [a, b, d, e] = [data[at]!, data[at + channels]!, data[at + stride]!,
            data[at + stride + channels]!];
          result[place] = whole ? (a + b + d + e + 2) >> 2 : f32(f32(f32(a + b) + f32(d + e)) * 0.25);
          continue;
        }
        let sum = 0, k = 0;
        for (; k <= area - 4; k += 4) {
          const first = f32(data[at + offsets[k]!]! + data[at + offsets[k + 1]!]!);
          const four = f32(f32(first + data[at + offsets[k + 2]!]!) + data[at + offsets[k + 3]!]!);
          sum = exact ? sum + four : f32(sum + four);
        }
        for (; k < area; k++) {
          const value = sum + data[at + offsets[k]!]!;
          sum = exact ? value : f32(value);
        }
        result[place] = kept(f32(f32(sum) * scale));
      }
    }
  }
  return result;
}

/** INTER_AREA, for sides that shrink or stay. */
export function shrunk<T extends Samples>(
  source: Picture<T>, width: number, height: number,
): Picture<T> {
  if (width === source.width && height === source.height) return source;
  const scaleX = 1 / (width / source.width), scaleY = 1 / (height / source.height);
  const wholeX = rounded(scaleX), wholeY = rounded(scaleY);
  const even = Math.abs(scaleX - wholeX) < Number.EPSILON && Math.abs(scaleY - wholeY) < Number.EPSILON;
  const data = even
    ? areaByCounts(source, width, height, wholeX, wholeY)
    : areaByWeights(source, width, height, scaleX, scaleY);
  return picture(data, width, height, source.channels);
}

interface Neighbours {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly share: Float32Array;
}

/** The two samples between which each place lies, and the share of the second one. */
function neighbours(source: number, wanted: number, area: boolean, across: boolean): Neighbours {
  const inverse = wanted / source, scale = 1 / inverse;
  const first = new Int32Array(wanted), second = new Int32Array(wanted);
  const share = new Float32Array(wanted);
  for (let place = 0; place < wanted; place++) {
    let at: number, part: number;
    if (area) {
      at = Math.floor(place * scale);
      part = f32((place + 1) - (at + 1) * inverse);
      part = part <= 0 ? 0 : f32(part - Math.floor(part));
    } else {
      const exact = f32((place + 0.5) * scale - 0.5);
      at = Math.floor(exact);
      part = f32(exact - at);
    }
    if (across && (at < 0 || at >= source - 1)) part = 0;  // not so from top to bottom
    first[place] = Math.min(Math.max(at, 0), source - 1);
    second[place] = Math.min(Math.max(at + 1, 0), source - 1);
    share[place] = part;
  }
  return { first, second, share };
}

/** A number between two, the product not rounded before the sum. */
function between(a: number, b: number, share: number): number {
  return f32(f32(b - a) * share + a);
}

/**
 * INTER_LINEAR; `area`: what INTER_AREA makes of sides of which one grows.
 *
 * Of 8 bits equal to OpenCV. Of 16 bits OpenCV leaves it to a library of the processor's maker where
 * there is one: there a value can be one of 65,535 away.
 */
export function enlarged<T extends Samples>(
  source: Picture<T>, width: number, height: number, area = false,
): Picture<T> {
  if (width === source.width && height === source.height) return source;
  const { data, channels } = source;
  const fixed = data instanceof Uint8Array;
  const x = neighbours(source.width, width, area, true);
  const y = neighbours(source.height, height, area, false);
  const columns = width * channels, stride = source.width * channels;
  const result = empty(data, columns * height);
  const kept = keep(data);
  const weight = (share: number) => rounded(f32(share * 2048));
  const stretched = (row: number): Float64Array => {
    const found = new Float64Array(columns);
    for (let place = 0, at = 0; place < width; place++) {
      const left = row * stride + x.first[place]! * channels;
      const right = row * stride + x.second[place]! * channels;
      const share = x.share[place]!;
      const one = weight(f32(1 - share)), two = weight(share);
      for (let c = 0; c < channels; c++, at++) {
        const a = data[left + c]!, b = data[right + c]!;
        found[at] = fixed ? a * one + b * two : between(a, b, share);
      }
    }
    return found;
  };
  const rows = new Map<number, Float64Array>();
  const row = (place: number): Float64Array => {
    let found = rows.get(place);
    if (!found) {
      if (rows.size > 2) rows.clear();
      rows.set(place, found = stretched(place));
    }
    return found;
  };
  for (let place = 0; place < height; place++) {
    const upper = row(y.first[place]!), lower = row(y.second[place]!), share = y.share[place]!;
    const one = weight(f32(1 - share)), two = weight(share);
    for (let k = 0; k < columns; k++) {
      result[place * columns + k] = fixed
        ? (((one * (upper[k]! >> 4)) >> 16) + ((two * (lower[k]! >> 4)) >> 16) + 2) >> 2
        : kept(between(upper[k]!, lower[k]!, share));
    }
  }
  return picture(result, width, height, channels);
}

/** Areas are averaged along each side that shrinks; each that grows is filled in linearly. */
export function resized<T extends Samples>(
  source: Picture<T>, width: number, height: number,
): Picture<T> {
  const low = shrunk(source, Math.min(source.width, width), Math.min(source.height, height));
  return enlarged(low, width, height);
}

/** INTER_AREA to any size, as cv2.resize does it in one call. */
export function byArea<T extends Samples>(
  source: Picture<T>, width: number, height: number,
): Picture<T> {
  const shrinks = width <= source.width && height <= source.height;
  return shrinks ? shrunk(source, width, height) : enlarged(source, width, height, true);
}
