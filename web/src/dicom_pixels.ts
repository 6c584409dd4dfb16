/** A DICOM file's pixel data to the values that it stores: uncompressed and RLE; what is compressed, by `dicom_streams`. */

import { type Codecs, interleaved } from './codecs';
import { BIG, type Dataset, type DicomFile, EXPLICIT, IMPLICIT, TAGS } from './dicom_elements';
import { STREAMS, beginsPicture, streamValues } from './dicom_streams';
import { Refusal, type Stored } from './radiograph';
import { type Picture, picture } from './resize';

const RLE = '1.2.840.10008.1.2.5';
const NATIVE = [IMPLICIT, EXPLICIT, BIG];

export interface Header {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly planar: boolean;
  readonly allocated: number;
  readonly stored: number;
  readonly highBit: number;
  readonly photometric: string;
  readonly signed: boolean;
}

/** Values as they are stored, unsigned; what was decoded may differ from what the header says. */
export interface Pixels {
  readonly values: Picture<Stored>;
  readonly stored: number;
  readonly photometric: string;
  readonly signed: boolean;
}

export function isRead(syntax: string): boolean {
  return isPlain(syntax) || syntax in STREAMS;
}

/** Whether pixels stand in the file as values, perhaps with runs of them. */
export function isPlain(syntax: string): boolean {
  return syntax === RLE || NATIVE.includes(syntax);
}

export async function storedValues(
  file: DicomFile, header: Header, codecs: Codecs, notes: string[],
): Promise<Pixels> {
  const { syntax, dataset } = file;
  if (NATIVE.includes(syntax)) return arranged(native(dataset, header, notes), header);
  const stream = streamOf(dataset, syntax);
  if (file.undelimited) notes.unshift('cut-delimiter');
  if (syntax === RLE) return arranged(unpacked(stream, header), { ...header, planar: true });
  const found = await streamValues(stream, syntax, header, codecs, notes);
  return found.photometric.startsWith('YBR_FULL') && !found.rgb ? { ...found, values: asRgb(found.values) } : found;
}

function native(dataset: Dataset, header: Header, notes: string[]): Stored {
  const element = dataset.get(TAGS.PixelData)!;
  if (element.fragments) throw new Refusal('unsupported-compression', 'not said how');
  const { rows, columns, allocated, photometric } = header;
  const halved = photometric === 'YBR_FULL_422' && header.samples === 3;  // Y1 Y2 Cb Cr
  const row = (columns * (halved ? 2 : header.samples) * allocated) / 8, length = rows * row;
  const { value, little } = element;
  if (value.length < length) throw new Refusal('damaged', `${value.length} of ${length} bytes`);
  if (value.length >= length + Math.max(2, row)) notes.push('pixels-left-over');
  if (allocated === 8) {
    const swapped = !little && element.vr === 'OW';
    const bytes = value.slice(0, length + (swapped ? length % 2 : 0));
    if (swapped) for (let k = 0; k + 1 < bytes.length; k += 2) [bytes[k], bytes[k + 1]] = [bytes[k + 1]!, bytes[k]!];
    return halved ? whole422(bytes, columns) : bytes.subarray(0, length);
  }
  const words = new Uint16Array(length / 2);
  for (let k = 0; k < words.length; k++) {
    words[k] = little ? value[2 * k]! | (value[2 * k + 1]! << 8) : (value[2 * k]! << 8) | value[2 * k + 1]!;
  }
  return words;
}

/** PS3.3, C.7.6.3.1.2: two pixels share their colour. */
function whole422(bytes: Uint8Array, columns: number): Uint8Array {
  if (columns % 2) throw new Refusal('not-here', 'odd columns');
  const result = new Uint8Array((bytes.length / 2) * 3);
  for (let k = 0, at = 0; k < bytes.length; k += 4) {
    for (const light of [bytes[k]!, bytes[k + 1]!]) {
      result[at++] = light;
      result[at++] = bytes[k + 2]!;
      result[at++] = bytes[k + 3]!;
    }
  }
  return result;
}

/** Samples by row, column and channel, without what lies below the lowest bit stored. */
function arranged(data: Stored, header: Header): Pixels {
  const { rows, columns, samples, planar, stored, highBit, photometric, signed } = header;
  const halved = photometric === 'YBR_FULL_422';
  const values = samples === 3 && planar && !(halved && data.length !== rows * columns * 3) ? interleaved(data, 3) : data;
  const shift = highBit + 1 - stored;
  if (shift > 0) for (let k = 0; k < values.length; k++) values[k] = values[k]! >> shift;
  const all = picture(values, columns, rows, samples);
  return { values: photometric.startsWith('YBR_FULL') && samples === 3 ? asRgb(all) : all, stored, photometric, signed };
}

/** ISO/IEC 10918-5, 7, in 32-bit floats as it is in Python. */
function asRgb(pixels: Picture<Stored>): Picture<Stored> {
  const { data, channels } = pixels;
  if (channels !== 3) return pixels;
  const f32 = Math.fround;
  const green = [f32((-0.114 * 1.772) / 0.587), f32((-0.299 * 1.402) / 0.587)] as const;
  const blue = f32(1.772), red = f32(1.402);
  const shown = (value: number) => Math.min(255, Math.max(0, Math.floor(f32(value + 0.5))));
  for (let k = 0; k < data.length; k += 3) {
    const light = data[k]!, cb = data[k + 1]! - 128, cr = data[k + 2]! - 128;
    data[k] = shown(f32(light + f32(red * cr)));
    data[k + 1] = shown(f32(f32(light + f32(green[0] * cb)) + f32(green[1] * cr)));
    data[k + 2] = shown(f32(light + f32(blue * cb)));
  }
  return pixels;
}

/** The one compressed picture, of however many fragments. */
function streamOf(dataset: Dataset, syntax: string): Uint8Array {
  const { fragments } = dataset.get(TAGS.PixelData)!;
  if (!fragments?.length) throw new Refusal('damaged', 'not wrapped');
  const parts = fragments.slice(1);
  const pictures = syntax === RLE ? parts.length : parts.filter(beginsPicture).length;
  if (pictures > 1) throw new Refusal('several-frames');
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** PS3.5, annex G: a segment for each byte of each sample, the highest first. */
function unpacked(stream: Uint8Array, header: Header): Stored {
  const { rows, columns, samples, allocated } = header;
  const pixels = rows * columns, planes = (samples * allocated) / 8;
  const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
  if (stream.length < 64) throw new Refusal('damaged', 'RLE header');
  const count = view.getUint32(0, true);
  const offsets = Array.from({ length: 15 }, (_, k) => view.getUint32(4 + 4 * k, true));
  const ends = [...offsets.slice(1, count), stream.length];
  const ordered = ends.every((end, k) => end >= offsets[k]!);
  if (count !== planes || offsets[0] !== 64 || !ordered) throw new Refusal('damaged', 'RLE header');
  const segments = ends.map((end, k) => unpackedSegment(stream.subarray(offsets[k]!, end), pixels, columns));
  if (allocated === 8) {
    const all = new Uint8Array(pixels * samples);
    segments.forEach((segment, k) => all.set(segment, k * pixels));
    return all;
  }
  return Uint16Array.from({ length: pixels }, (_, k) => (segments[0]![k]! << 8) | segments[1]![k]!);
}

/** Below 128, a byte is followed by one more bytes than it says; above, by one to repeat. */
function unpackedSegment(segment: Uint8Array, pixels: number, columns: number): Uint8Array {
  const result = new Uint8Array(pixels);
  let at = 0;
  for (let place = 0; place < segment.length;) {
    const head = segment[place++]!;
    if (head < 128) {
      const part = segment.subarray(place, place + head + 1);
      result.set(part.subarray(0, Math.max(0, pixels - at)), Math.min(at, pixels));
      at += part.length;
      place += head + 1;
    } else if (head > 128) {
      if (place < segment.length) {
        result.fill(segment[place]!, Math.min(at, pixels), Math.min(at + 257 - head, pixels));
        at += 257 - head;
      }
      place++;
    }
  }
  if (at < pixels || at - pixels >= Math.max(2, columns)) throw new Refusal('damaged', 'RLE length');
  return result;
}
