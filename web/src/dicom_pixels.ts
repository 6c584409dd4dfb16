/** A DICOM file's pixel data to the values that it stores: uncompressed, RLE, JPEG of 8 bits. */

import { BIG, type Dataset, type DicomFile, EXPLICIT, IMPLICIT, TAGS } from './dicom_elements';
import { whole } from './dicom_values';
import { type Frame, type JpegModule, firstPicture, frameOf, toldColours, wholePicture } from './jpeg';
import { losslessSamples } from './lossless';
import { Refusal, type Stored } from './radiograph';
import { type Picture, picture } from './resize';

export const RLE = '1.2.840.10008.1.2.5';
export const JPEG = ['1.2.840.10008.1.2.4.50', '1.2.840.10008.1.2.4.51'];
export const NATIVE = [IMPLICIT, EXPLICIT, BIG];
export const LOSSLESS = ['1.2.840.10008.1.2.4.57', '1.2.840.10008.1.2.4.70'];
/** Read by X-ray Lab, not here: JPEG-LS, JPEG 2000. */
export const ELSEWHERE = ['80', '81', '90', '91'].map((n) => `1.2.840.10008.1.2.4.${n}`);

export interface Header {
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly planar: boolean;
  readonly allocated: number;
  readonly stored: number;
  readonly highBit: number;
  readonly photometric: string;
}

/** Values as they are stored, unsigned; what was decoded may differ from what the header says. */
export interface Pixels {
  readonly values: Picture<Stored>;
  readonly stored: number;
  readonly photometric: string;
}

export function storedValues(file: DicomFile, header: Header, jpeg: JpegModule, notes: string[]): Pixels {
  const { syntax, dataset } = file;
  if (NATIVE.includes(syntax)) return arranged(native(dataset, header, notes), header);
  const stream = streamOf(dataset, syntax);
  if (file.undelimited) notes.unshift('cut-delimiter');
  if (syntax === RLE) return arranged(unpacked(stream, header), { ...header, planar: true });
  const frame = agreed(stream, header, notes);
  const signed = whole(dataset, 'PixelRepresentation', 'US', 0) === 1;
  return LOSSLESS.includes(syntax)
    ? byLossless(stream, frame, header, notes, signed)
    : byJpeg(stream, frame, header, jpeg, notes, signed);
}

function native(dataset: Dataset, header: Header, notes: string[]): Stored {
  const element = dataset.get(TAGS.PixelData)!;
  if (element.fragments) throw new Refusal('unsupported-compression', 'not said how');
  const { rows, columns, samples, allocated } = header;
  const row = (columns * samples * allocated) / 8, length = rows * row;
  const { value, little } = element;
  if (value.length < length) throw new Refusal('damaged', `${value.length} of ${length} bytes`);
  if (value.length >= length + Math.max(2, row)) notes.push('pixels-left-over');
  if (allocated === 8) {
    if (!little && element.vr === 'OW') throw new Refusal('not-here', 'bytes in swapped words');
    return value.slice(0, length);
  }
  const words = new Uint16Array(length / 2);
  for (let k = 0; k < words.length; k++) {
    words[k] = little ? value[2 * k]! | (value[2 * k + 1]! << 8) : (value[2 * k]! << 8) | value[2 * k + 1]!;
  }
  return words;
}

/** Samples by row, column and channel, without what lies below the lowest bit stored. */
function arranged(data: Stored, header: Header): Pixels {
  const { rows, columns, samples, planar, stored, highBit, photometric } = header;
  let values = data;
  if (samples === 3 && planar) {
    const plane = rows * columns;
    values = Uint8Array.from(data, (_, k) => data[(k % 3) * plane + Math.floor(k / 3)]!);
  }
  const shift = highBit + 1 - stored;
  if (shift > 0) for (let k = 0; k < values.length; k++) values[k] = values[k]! >> shift;
  return { values: picture(values, columns, rows, samples), stored, photometric };
}

/** The one compressed picture, of however many fragments. */
function streamOf(dataset: Dataset, syntax: string): Uint8Array {
  const { fragments } = dataset.get(TAGS.PixelData)!;
  if (!fragments?.length) throw new Refusal('damaged', 'not wrapped');
  const parts = fragments.slice(1);
  const begins = (part: Uint8Array) => part[0] === 0xff && part[1] === 0xd8 && part[2] === 0xff;
  const pictures = syntax === RLE ? parts.length : parts.filter(begins).length;
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

/** PS3.5, 8.2: what the stream says of itself shall agree with the header. */
function agreed(stream: Uint8Array, header: Header, notes: string[]): Frame {
  const frame = frameOf(stream);
  if (!frame) throw new Refusal('damaged', 'no JPEG');
  if (frame.columns !== header.columns || frame.rows !== header.rows) throw new Refusal('damaged', 'size');
  if (frame.samples !== header.samples) {
    if (frame.samples !== 1) throw new Refusal('damaged', 'samples');
    notes.push('stream-differs');
  }
  return frame;
}

function greyIfOne(frame: Frame, header: Header): string {
  return frame.samples === header.samples ? header.photometric : 'MONOCHROME2';
}

/** ISO/IEC 10918-1, H: exact, of 2 to 16 bits. */
function byLossless(
  stream: Uint8Array, frame: Frame, header: Header, notes: string[], signed: boolean,
): Pixels {
  if (frame.process !== 0xc3) throw new Refusal('damaged', 'another process');
  if (frame.samples !== 1) throw new Refusal('not-here', 'lossless colours');
  if (frame.bits < 1 || frame.bits > 16) throw new Refusal('unsupported-compression', `${frame.bits} bits`);
  const found = losslessSamples(stream, frame);
  const values = picture<Stored>(found, frame.columns, frame.rows);
  return { values, stored: settled(found, frame.bits, header.stored, signed, notes), photometric: greyIfOne(frame, header) };
}

/** The depth of values: the header's where all of them fit into it, else the stream's. */
function settled(data: Stored, bits: number, announced: number, signed: boolean, notes: string[]): number {
  if (bits <= announced) {
    if (bits < announced) notes.push('stream-differs');
    return bits;
  }
  const mask = 2 ** bits - 1, half = 2 ** (bits - 1);
  const low = signed ? -(2 ** (announced - 1)) : 0, high = low + 2 ** announced - 1;
  const words = data.every((value) => (value & mask) < 2 ** announced);
  const numbers = data.every((value) => {
    const word = value & mask, number = signed && word >= half ? word - 2 * half : word;
    return number >= low && number <= high;
  });
  if (words || numbers) return announced;
  notes.push('stream-differs');
  return bits;
}

function byJpeg(
  stream: Uint8Array, frame: Frame, header: Header, jpeg: JpegModule, notes: string[], signed: boolean,
): Pixels {
  if (frame.process > 0xc2) throw new Refusal('damaged', 'another process');
  const photometric = greyIfOne(frame, header);
  if (frame.bits !== 8) throw new Refusal('unsupported-compression', `${frame.bits} bits`);
  const first = firstPicture(stream);
  if (!first.whole) notes.push('cut-end');
  if (frame.samples === 3) {
    const told = toldColours(stream);
    // The decoder takes what does not tell its colours for YCbCr.
    if (!told && photometric === 'RGB') throw new Refusal('not-here', 'colours');
    if (told && (told === 'RGB') !== (photometric === 'RGB')) notes.push('stream-differs');
  }
  const values = wholePicture(jpeg, first);
  const stored = frame.samples === 1 ? settled(values.data, 8, header.stored, signed, notes) : header.stored;
  return { values, stored, photometric };
}
