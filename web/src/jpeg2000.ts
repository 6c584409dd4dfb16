/** What a JPEG 2000 stream says of itself (ISO/IEC 15444-1, A.5.1 and A.6.1). */

export interface Codestream {
  readonly bits: number;
  readonly rows: number;
  readonly columns: number;
  readonly samples: number;
  readonly signed: boolean;
}

const START = [0xff, 0x4f, 0xff, 0x51];
const CODING = [0xff, 0x52];

function placeOf(data: Uint8Array, marker: readonly number[], from = 0): number {
  for (let k = data.indexOf(marker[0]!, from); k >= 0; k = data.indexOf(marker[0]!, k + 1)) {
    if (marker.every((byte, j) => data[k + j] === byte)) return k;
  }
  return -1;
}

/** Null where there is no such stream. */
export function sizeOf(data: Uint8Array): Codestream | null {
  const place = placeOf(data, START);
  if (place < 0 || data.length < place + 45) return null;
  const view = new DataView(data.buffer, data.byteOffset + place);
  const [right, bottom, left, top] = [8, 12, 16, 20].map((at) => view.getUint32(at)) as [number, number, number, number];
  const depth = view.getUint8(42), across = view.getUint8(43), down = view.getUint8(44);
  if (!across || !down) return null;
  return {
    bits: (depth & 0x7f) + 1, signed: depth >= 0x80, samples: view.getUint16(40),
    rows: Math.ceil(bottom / down) - Math.ceil(top / down),
    columns: Math.ceil(right / across) - Math.ceil(left / across),
  };
}

/** Whether its components are red, green and blue, transformed (annex G). */
export function colourTransformed(data: Uint8Array): boolean {
  const place = placeOf(data, CODING, Math.max(0, placeOf(data, START)));
  return place >= 0 && place < data.length - 8 && data[place + 8] === 1;
}

/**
 * A stream of signed samples as one of unsigned ones, each half the range higher.
 *
 * The decoder makes 0 of every negative sample of up to 8 bits; of unsigned samples it is right.
 */
export function asUnsigned(data: Uint8Array): Uint8Array {
  const copy = data.slice(), place = placeOf(data, START) + 40;
  const samples = (copy[place]! << 8) | copy[place + 1]!;
  for (let k = 0; k < samples; k++) copy[place + 2 + 3 * k]! &= 0x7f;
  return copy;
}
