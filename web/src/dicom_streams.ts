/**
 * A compressed picture of a DICOM file to its values: JPEG of 8 bits, JPEG lossless, JPEG-LS, JPEG 2000.
 *
 * It tells its own size, depth and sign; PS3.5, 8.2: the header shall agree. `xraylib/images/stored/pixels.py`.
 */

import { type Codecs, decodedStream } from './codecs';
import type { Header, Pixels } from './dicom_pixels';
import { type Frame, firstPicture, frameOf, toldColours, untold, wholePicture } from './jpeg';
import { type Codestream, asUnsigned, colourTransformed, sizeOf } from './jpeg2000';
import { losslessSamples } from './lossless';
import { Refusal, type Stored } from './radiograph';
import { type Picture, picture } from './resize';

type Kind = 'JPEG' | 'JPEG Lossless' | 'JPEG-LS' | 'JPEG 2000';

/** Transfer syntaxes by what their pictures are compressed by. */
export const STREAMS: Readonly<Record<string, Kind>> = Object.fromEntries(([
  [50, 'JPEG'], [51, 'JPEG'], [57, 'JPEG Lossless'], [70, 'JPEG Lossless'], [80, 'JPEG-LS'], [81, 'JPEG-LS'],
  [90, 'JPEG 2000'], [91, 'JPEG 2000'],
] as const).map(([number, kind]) => [`1.2.840.10008.1.2.4.${number}`, kind]));
const LOSSY = ['1.2.840.10008.1.2.4.81', '1.2.840.10008.1.2.4.91'];
const PROCESSES: Readonly<Record<number, Kind>> = { 0xc0: 'JPEG', 0xc1: 'JPEG', 0xc2: 'JPEG', 0xc3: 'JPEG Lossless', 0xf7: 'JPEG-LS' };
const STARTS = [[0xff, 0xd8, 0xff], [0xff, 0x4f, 0xff, 0x51], [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20]];

export function beginsPicture(part: Uint8Array): boolean {
  return STARTS.some((start) => start.every((byte, k) => part[k] === byte));
}

/** What a picture of any of these kinds says of itself. */
type Told = Frame & { readonly kind: string; readonly signed: boolean | null };

export interface StreamPixels extends Pixels {
  /** Whether its colours are red, green and blue, whatever `photometric` says. */
  readonly rgb: boolean;
}

export async function streamValues(
  stream: Uint8Array, syntax: string, header: Header, codecs: Codecs, notes: string[],
): Promise<StreamPixels> {
  const kind = STREAMS[syntax]!;
  const told = agreed(stream, kind, header, notes);
  let photometric = told.samples === header.samples ? header.photometric : 'MONOCHROME2';
  let { signed } = header;
  if (told.signed !== null && told.signed !== signed) {
    signed = told.signed;
    notes.push('stream-differs');
  }
  if (kind === 'JPEG 2000' && photometric.startsWith('YBR_FULL') && colourTransformed(stream)) {
    photometric = 'RGB';
    notes.push('stream-differs');
  }
  if (kind === 'JPEG') {
    const values = byJpeg(stream, told, photometric, codecs, notes);
    if (told.samples === 3) return { values, stored: header.stored, photometric, signed, rgb: true };
    return { values, stored: settled(values.data, 8, header.stored, signed, false, notes), photometric, signed, rgb: false };
  }
  const values = await samplesOf(stream, kind, told, codecs);
  if (values.width !== told.columns || values.height !== told.rows || values.channels !== told.samples) {
    throw new Refusal('damaged', 'size');
  }
  const stored = settled(values.data, told.bits, header.stored, signed, LOSSY.includes(syntax), notes);
  return { values, stored, photometric, signed, rgb: false };
}

async function samplesOf(stream: Uint8Array, kind: Kind, told: Told, codecs: Codecs): Promise<Picture<Stored>> {
  const { columns, rows, samples, bits } = told;
  if (kind === 'JPEG Lossless') return picture<Stored>(losslessSamples(stream, told), columns, rows, samples);
  if (kind === 'JPEG-LS') return decodedStream(await codecs.jpegLs(), stream);
  if (!told.signed) return decodedStream(await codecs.jpeg2000(), stream);
  const found = decodedStream(await codecs.jpeg2000(), asUnsigned(stream));
  const half = 2 ** (bits - 1);
  for (let k = 0; k < found.data.length; k++) found.data[k] = found.data[k]! - half;
  return found;
}

function agreed(stream: Uint8Array, kind: Kind, header: Header, notes: string[]): Told {
  const told = toldBy(stream);
  if (!told) {
    checkDepth(kind, header.stored, header.samples);
    throw new Refusal('damaged', 'no picture');
  }
  if (told.kind !== kind) throw new Refusal('damaged', `${told.kind} for ${kind}`);
  if (told.columns !== header.columns || told.rows !== header.rows) throw new Refusal('damaged', 'size');
  if (told.samples !== header.samples) {
    if (told.samples !== 1) throw new Refusal('damaged', 'samples');
    notes.push('stream-differs');
  }
  checkDepth(kind, told.bits, told.samples);
  return told;
}

function toldBy(stream: Uint8Array): Told | null {
  if (STARTS[0]!.every((byte, k) => stream[k] === byte)) {
    const frame = frameOf(stream);
    return frame && { ...frame, kind: PROCESSES[frame.process] ?? 'another process', signed: null };
  }
  const found: Codestream | null = sizeOf(stream);
  return found && { ...found, process: 0, kind: 'JPEG 2000' };
}

function checkDepth(kind: Kind, bits: number, samples: number): void {
  const least = kind === 'JPEG' || kind === 'JPEG-LS' ? 8 : 1;
  const most = kind === 'JPEG' || samples === 3 ? 8 : 16;
  if (bits < least || bits > most) throw new Refusal('unsupported-compression', `${bits} bits`);
}

/**
 * The depth of values: the header's where all of them fit into it, else the stream's.
 *
 * What lossy compression carries a little beyond the ends of the range is brought back to them.
 */
function settled(
  data: Stored, bits: number, announced: number, signed: boolean, lossy: boolean, notes: string[],
): number {
  if (bits <= announced) {
    if (bits < announced) notes.push('stream-differs');
    return bits;
  }
  const mask = 2 ** bits - 1, half = 2 ** (bits - 1);
  const low = signed ? -(2 ** (announced - 1)) : 0, high = low + 2 ** announced - 1;
  if (data.every((value) => (value & mask) < 2 ** announced)) return announced;
  const numberOf = (value: number) => {
    const word = value & mask;
    return signed && word >= half ? word - 2 * half : word;
  };
  const beyond = lossy ? 2 ** (announced - 1) : 0;
  if (data.every((value) => numberOf(value) >= low - beyond && numberOf(value) <= high + beyond)) {
    for (let k = 0; k < data.length; k++) data[k] = Math.min(high, Math.max(low, numberOf(data[k]!)));
    return announced;
  }
  notes.push('stream-differs');
  return bits;
}

function byJpeg(
  stream: Uint8Array, frame: Frame, photometric: string, codecs: Codecs, notes: string[],
): Picture<Stored> {
  const first = firstPicture(stream);
  if (!first.whole) notes.push('cut-end');
  if (frame.samples !== 3) return wholePicture(codecs.jpeg, first);
  const told = toldColours(stream);
  if (told && (told === 'RGB') !== (photometric === 'RGB')) notes.push('stream-differs');
  // The decoder takes what does not tell its colours for YCbCr.
  return wholePicture(codecs.jpeg, !told && photometric === 'RGB' ? untold(first) : first);
}
