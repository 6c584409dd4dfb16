/**
 * Where a DICOM file's elements begin: behind its beginning (PS3.10, 7.1), or, where programs have left that
 * out, at once, if the first elements of group 0008 are surely such. `xraylib/images/stored/bare.py`.
 */

import { BIG, EXPLICIT, IMPLICIT, text } from './dicom_elements';
import { Refusal } from './radiograph';

export interface Body {
  readonly begin: number;
  /** Of files whose first elements tell it; of others it stands in their meta group. */
  readonly syntax: string | null;
}

/** Value representations of the elements with which a file meta group begins. */
const META: Readonly<Record<number, string>> = { 0x00: 'UL', 0x01: 'OB', 0x02: 'UI', 0x03: 'UI', 0x10: 'UI' };
/** Value representations of the elements of group 0008 that files begin with (PS3.6, 6). */
const FIRST: Readonly<Record<number, string>> = Object.fromEntries([
  ['CS', [0x05, 0x08, 0x60, 0x64, 0x68]], ['UI', [0x14, 0x16, 0x18]], ['DA', [0x12, 0x20, 0x21, 0x22, 0x23]],
  ['TM', [0x13, 0x30, 0x31, 0x32, 0x33]], ['DT', [0x15, 0x2a]], ['SH', [0x10, 0x50]], ['LO', [0x70, 0x80]],
  ['UL', [0x00, 0x01]], ['PN', [0x90]],
].flatMap(([vr, elements]) => (elements as number[]).map((element) => [element, vr as string])));
const LETTERS = /^[^\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]*$/;
const VALUES: Readonly<Record<string, RegExp>> = {
  CS: /^[A-Z0-9 _\\]*$/, UI: /^[0-9.\\]*$/, DA: /^[0-9. -]*$/, TM: /^[0-9:. -]*$/, DT: /^[0-9.+ -]*$/,
  UL: /^[^]{0,4}$/, SH: LETTERS, LO: LETTERS, PN: LETTERS,
};
const LONGEST = 1024, HEAD = 132, ENOUGH = 3;
const SOP_CLASS = 0x16, STANDARD = '1.2.840.10008.';

/** Null where the file is not surely DICOM. */
export function bodyOf(data: Uint8Array): Body | null {
  const preamble = letters(data, 128);
  if (preamble && data[132] === 2 && data[133] === 0) return { begin: 132, syntax: null };
  const begin = preamble ? 132 : letters(data, 0) ? 4 : 0;
  if (hasMeta(data.subarray(begin))) return { begin, syntax: null };
  const syntax = encoding(data.subarray(begin, begin + HEAD));
  if (syntax) return { begin, syntax };
  if (preamble) throw new Refusal('damaged', 'no transfer syntax');
  return null;
}

function letters(data: Uint8Array, place: number): boolean {
  return text(data.subarray(place, place + 4)) === 'DICM';
}

function hasMeta(head: Uint8Array): boolean {
  return head.length > 8 && head[0] === 2 && head[1] === 0 && head[3] === 0
    && META[head[2]!] === text(head.subarray(4, 6));
}

/** The transfer syntax in which the first elements are written, if that is sure. */
function encoding(head: Uint8Array): string | null {
  const little = head[0] === 8 && head[1] === 0;
  if (!little && !(head[0] === 0 && head[1] === 8)) return null;
  const explicit = text(head.subarray(4, 6)) in VALUES;
  if (!little && !explicit) return null;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  let place = 0, last = -1, found = 0, sure = false;
  while (place + 8 <= head.length && view.getUint16(place, little) === 8) {
    const element = view.getUint16(place + 2, little), kind = FIRST[element];
    if (element <= last) return null;
    if (!kind) break;
    if (explicit && text(head.subarray(place + 4, place + 6)) !== kind) return null;
    const length = explicit ? view.getUint16(place + 6, little) : view.getUint32(place + 4, little);
    const value = text(head.subarray(place + 8, Math.min(head.length, place + 8 + length))).replace(/[\0 ]+$/, '');
    if (length % 2 || length > LONGEST || !VALUES[kind]!.test(value)) return null;
    found++;
    sure ||= element === SOP_CLASS && value.startsWith(STANDARD);
    place += 8 + length;
    last = element;
  }
  if (!sure && found < ENOUGH) return null;
  return explicit ? (little ? EXPLICIT : BIG) : IMPLICIT;
}
