/**
 * JPEG by libjpeg-turbo in WebAssembly: the decoder of training, so the same pixels in every browser.
 *
 * Browsers have decoders and colour profiles of their own, and some change what a canvas gives back.
 * The first picture of a file alone is decoded, without texts, profiles and previews (ISO/IEC 10918-1, B).
 */

import { type DecoderKind, decodedStream } from './codecs';
import { orientation, turned } from './exif';
import { type Radiograph, Refusal, checkSize, greyIfEqual, radiograph } from './radiograph';
import type { Picture } from './resize';

export interface FirstPicture {
  readonly data: Uint8Array;
  readonly whole: boolean;
  readonly refined: boolean;
  readonly exif: Uint8Array;
  readonly square: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

const SOI = 0xd8, EOI = 0xd9, SOS = 0xda;
const READ = [0xc0, 0xc1, 0xc2];  // baseline, extended and progressive, by Huffman
const NO_FRAMES = [0xc4, 0xc8, 0xcc];
const PROGRESSIVE = 0xc2;

interface Segment {
  readonly marker: number;
  readonly start: number;
  end: number;
}

/** The first picture's segments; coded bits belong to their scan. */
export function segments(data: Uint8Array): Segment[] {
  const found: Segment[] = [];
  const last = () => found[found.length - 1];
  for (let place = 2; ;) {
    while (place + 1 < data.length && !(data[place] === 0xff && isMarker(data[place + 1]!))) place++;
    if (place + 1 >= data.length) break;
    const marker = data[place + 1]!;
    if (last()?.marker === SOS) last()!.end = place;
    if (marker === EOI) return [...found, { marker, start: place, end: place + 2 }];
    if (marker === SOI) return found;  // of the next picture: this one has no end
    const end = place + 2 + ((data[place + 2] ?? 0) << 8 | (data[place + 3] ?? 0));
    found.push({ marker, start: place, end });
    place = Math.max(end, place + 2);
  }
  if (last()?.marker === SOS) last()!.end = data.length;
  return found;
}

function isMarker(byte: number): boolean {
  return (byte >= 0xc0 && byte <= 0xcf) || (byte >= 0xd8 && byte <= 0xfe);
}

function begins(body: Uint8Array, text: string): boolean {
  return [...text].every((letter, k) => body[k] === letter.charCodeAt(0));
}

export function firstPicture(data: Uint8Array): FirstPicture {
  const kept = [data.subarray(0, 2)];
  let whole = false, square = true, exif: Uint8Array = new Uint8Array(0);
  let width = 0, height = 0, components = 0;
  const open = new Map<string, number>();
  for (const { marker, start, end } of segments(data)) {
    const segment = data.subarray(start, end), body = segment.subarray(4);
    if (marker === EOI) {
      whole = true;
      kept.push(segment);
      break;
    }
    if ((marker >= 0xe0 && marker < 0xf0) || marker === 0xfe) {
      if (begins(body, 'Exif\0')) exif = exif.length ? exif : body;
      else if (begins(body, 'JFIF\0')) {
        kept.push(segment);
        square = body.length < 12 || (body[8] === body[10] && body[9] === body[11]);
      } else if (begins(body, 'Adobe')) kept.push(segment);
      continue;
    }
    if ((marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) || marker === 0xf7) {
      if (!READ.includes(marker) || body[0] !== 8) throw new Refusal('unsupported-pixels', 'JPEG process');
      height = body[1]! << 8 | body[2]!;
      width = body[3]! << 8 | body[4]!;
      components = body[5]!;
      if (marker === PROGRESSIVE) {
        for (let c = 0; c < components; c++) {
          for (let k = 0; k < 64; k++) open.set(`${body[6 + 3 * c]!} ${k}`, 99);
        }
      }
    }
    if (marker === SOS && open.size) refine(open, body);
    kept.push(segment);
  }
  const refined = [...open.values()].every((bits) => bits === 0);
  return { data: joined(kept), whole, refined, exif, square, width, height, components };
}

/** Notes how many bits each coefficient lacks after this scan (G.1.1.1.2). */
function refine(open: Map<string, number>, body: Uint8Array): void {
  const count = body[0] ?? 0;
  const [first, last, bits] = [body[1 + 2 * count], body[2 + 2 * count], body[3 + 2 * count]];
  if (first === undefined || last === undefined || bits === undefined) return;
  for (let c = 0; c < count; c++) {
    for (let k = first; k <= Math.min(last, 63); k++) open.set(`${body[1 + 2 * c]!} ${k}`, bits & 15);
  }
}

export interface Frame {
  readonly process: number;
  readonly bits: number;
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
}

/** A frame's header (B.2.2); null where there is none. */
export function frameOf(data: Uint8Array): Frame | null {
  if (!(data[0] === 0xff && data[1] === SOI && data[2] === 0xff)) return null;
  for (const { marker, start, end } of segments(data)) {
    if (marker === SOS) return null;
    if ((marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) || marker === 0xf7) {
      const body = data.subarray(start + 4, end);
      if (body.length < 6) return null;
      return {
        process: marker, bits: body[0]!, rows: body[1]! << 8 | body[2]!, columns: body[3]! << 8 | body[4]!,
        samples: body[5]!,
      };
    }
  }
  return null;
}

/** What three components are, where the stream tells: by JFIF, Adobe or their names. */
export function toldColours(data: Uint8Array): 'RGB' | 'YCbCr' | '' {
  for (const { marker, start, end } of segments(data)) {
    const body = data.subarray(start + 4, end);
    if (marker === 0xe0 && begins(body, 'JFIF\0')) return 'YCbCr';
    if (marker === 0xee && begins(body, 'Adobe') && body.length > 11) return body[11] ? 'YCbCr' : 'RGB';
    if (READ.includes(marker)) {
      return String.fromCharCode(body[6]!, body[9]!, body[12]!) === 'RGB' ? 'RGB' : '';
    }
  }
  return '';
}

/** Adobe's segment that says of three components: none is transformed. */
const AS_THEY_ARE = Uint8Array.of(0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0);

/** A picture that does not tell its colours, told to be decoded as they are. */
export function untold(first: FirstPicture): FirstPicture {
  return { ...first, data: joined([first.data.subarray(0, 2), AS_THEY_ARE, first.data.subarray(2)]) };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The picture of a stream that may lack the mark of its end, if all of it is there. */
export function wholePicture(jpeg: DecoderKind, first: FirstPicture): Picture<Uint8Array> {
  checkSize(first.width, first.height);
  if (first.components !== 1 && first.components !== 3) {
    throw new Refusal('unsupported-pixels', `${first.components} components`);
  }
  if (first.whole) return decodedStream(jpeg, first.data) as Picture<Uint8Array>;
  if (!first.refined) throw new Refusal('damaged', 'cut off');
  const cut = first.data[first.data.length - 1] === 0xff ? first.data.subarray(0, -1) : first.data;
  // The decoder complains of bits that are missing, and then nothing is shown.
  return decodedStream(jpeg, joined([cut, Uint8Array.of(0xff, EOI)])) as Picture<Uint8Array>;
}

export function readJpeg(jpeg: DecoderKind, data: Uint8Array): Radiograph {
  const first = firstPicture(data);
  const pixels = greyIfEqual(wholePicture(jpeg, first));
  const notes = first.square ? [] : ['density-unequal'];
  if (!first.whole) notes.push('cut-end');
  return radiograph(turned(pixels, orientation(first.exif)), 8, 'JPEG', notes);
}
