/** Strips and tiles of a TIFF page to samples: as they are, PackBits, LZW or Deflate (TIFF 6.0, 9, 13 and 14). */

import { Refusal, type Stored } from './radiograph';
import { type Picture, picture } from './resize';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly samples: number;
  readonly little: boolean;
  readonly compression: number;
  readonly predictor: number;
  /** Whether each sample has a plane of its own. */
  readonly planes: boolean;
  /** Of a strip or tile. */
  readonly wide: number;
  readonly tall: number;
  readonly offsets: readonly number[];
  readonly lengths: readonly number[];
  readonly tiled: boolean;
}

const NONE = 1, LZW = 5, DEFLATE = [8, 32946], PACK_BITS = 32773;
const CLEAR = 256, END = 257, LONGEST = 12;

/** Samples by row, column and channel, not yet spread over their range. */
export async function samplesOf(data: Uint8Array, layout: Layout): Promise<Picture<Stored>> {
  const { width, height, bits, samples, wide, tall, planes, tiled, compression, predictor } = layout;
  const predicted = (compression === LZW || DEFLATE.includes(compression)) && predictor !== 1;
  if (![NONE, LZW, PACK_BITS, ...DEFLATE].includes(compression) || (predicted && (predictor !== 2 || bits < 8))) {
    throw new Refusal('not-here', 'compression of a TIFF file');
  }
  if (wide < 1 || tall < 1) throw new Refusal('damaged', 'tiles');
  const together = planes ? 1 : samples;
  const across = Math.ceil(width / wide), down = Math.ceil(height / tall);
  const parts = across * down * (planes ? samples : 1);
  if (layout.offsets.length < parts) throw new Refusal('damaged', 'strips');
  const result = bits > 8 ? new Uint16Array(width * height * samples) : new Uint8Array(width * height * samples);
  const stride = Math.ceil((wide * together * bits) / 8);
  for (let part = 0; part < parts; part++) {
    const plane = planes ? Math.floor(part / (across * down)) : 0, place = part % (across * down);
    const left = (place % across) * wide, top = Math.floor(place / across) * tall;
    const rows = tiled ? tall : Math.min(tall, height - top);
    const begin = layout.offsets[part]!, length = layout.lengths[part] ?? (compression === NONE ? stride * rows : data.length - begin);
    if (begin + (compression === NONE ? stride * rows : 1) > data.length) throw new Refusal('damaged', 'cut off');
    const bytes = await unpacked(data.subarray(begin, begin + length), compression, stride * rows);
    for (let row = 0; row < Math.min(rows, height - top); row++) {
      const line = bytes.subarray(row * stride, (row + 1) * stride);
      const values = wordsOf(line, wide * together, layout);
      if (predicted) for (let k = together; k < values.length; k++) values[k] = values[k]! + values[k - together]!;
      const count = Math.min(wide, width - left);
      let to = ((top + row) * width + left) * samples + plane;
      if (planes) for (let x = 0; x < count; x++, to += samples) result[to] = values[x]!;
      else result.set(values.subarray(0, count * samples), to);
    }
  }
  return picture(result, width, height, samples);
}

/** The samples of one row. */
function wordsOf(line: Uint8Array, count: number, { bits, little }: Layout): Stored {
  if (bits === 8) return line;
  const values = bits > 8 ? new Uint16Array(count) : new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    if (bits === 16) values[k] = little ? line[2 * k]! | (line[2 * k + 1]! << 8) : (line[2 * k]! << 8) | line[2 * k + 1]!;
    else if (bits === 12) {
      const at = (3 * k) >> 1;
      values[k] = k % 2 ? ((line[at]! & 15) << 8) | line[at + 1]! : (line[at]! << 4) | (line[at + 1]! >> 4);
    } else values[k] = (line[(k * bits) >> 3]! >> (8 - bits - ((k * bits) & 7))) & (2 ** bits - 1);
  }
  return values;
}

async function unpacked(data: Uint8Array, compression: number, wanted: number): Promise<Uint8Array> {
  const found = compression === NONE ? data.slice(0, wanted) : compression === PACK_BITS ? packedBits(data, wanted)
    : compression === LZW ? lzw(data, wanted) : await inflated(data, wanted);
  if (found.length < wanted) throw new Refusal('damaged', 'cut off');
  return found;
}

/** Deflated bytes, never more than are wanted. */
export async function inflated(data: Uint8Array, wanted: number): Promise<Uint8Array> {
  const stream = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const result = new Uint8Array(wanted);
  let filled = 0;
  try {
    while (filled < wanted) {
      const { done, value } = await reader.read();
      if (done) break;
      result.set(value.subarray(0, wanted - filled), filled);
      filled += Math.min(value.length, wanted - filled);
    }
    if (filled === wanted) void reader.cancel().catch(() => undefined);
  } catch {
    throw new Refusal('damaged', 'compressed data');
  }
  return result.subarray(0, filled);
}

function packedBits(data: Uint8Array, wanted: number): Uint8Array {
  const result = new Uint8Array(wanted);
  let at = 0;
  for (let place = 0; place < data.length && at < wanted;) {
    const head = data[place++]!;
    if (head < 128) {
      const part = data.subarray(place, place + head + 1);
      result.set(part.subarray(0, wanted - at), at);
      at += part.length;
      place += head + 1;
    } else if (head > 128 && place < data.length) {
      result.fill(data[place++]!, at, Math.min(wanted, at + 257 - head));
      at += 257 - head;
    }
  }
  return result.subarray(0, Math.min(at, wanted));
}

/** Codes of 9 to 12 bits, the highest bit first, one longer a code earlier than needed. */
function lzw(data: Uint8Array, wanted: number): Uint8Array {
  if (data[0] === 0 && data[1]! & 1) throw new Refusal('not-here', 'LZW of before TIFF 6.0');
  const result = new Uint8Array(wanted);
  const begins = new Int32Array(4097), lengths = new Int32Array(4097);
  let at = 0, next = END + 1, width = 9, bits = 0, held = 0, before = -1, place = 0;
  while (at < wanted) {
    while (bits < width) {
      if (place >= data.length) return result.subarray(0, at);
      held = ((held << 8) | data[place++]!) & 0xffffff;
      bits += 8;
    }
    const code = (held >> (bits - width)) & (2 ** width - 1);
    bits -= width;
    if (code === END) break;
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      before = -1;
      continue;
    }
    if (code >= next || (before < 0 && code > 255)) throw new Refusal('damaged', 'LZW');
    const begin = at;
    if (code < 256) result[at++] = code;
    else {
      // The newest entry is what was written last, and one byte more.
      for (let k = 0; k < lengths[code]! && at < wanted; k++) result[at++] = result[begins[code]! + k]!;
    }
    if (next <= 4096) {
      begins[next] = begin;
      lengths[next] = (code < 256 ? 1 : lengths[code]!) + 1;
      next++;
    }
    before = code;
    if (next > 2 ** width - 1 && width < LONGEST) width++;
  }
  return result.subarray(0, at);
}
