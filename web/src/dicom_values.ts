/** Values of DICOM elements: whole numbers, decimal strings, words; what is no such thing is not guessed. */

import { type Dataset, type Element, type Name, TAGS, text } from './dicom_elements';
import { Refusal } from './radiograph';

const BINARY: Readonly<Record<string, (view: DataView, little: boolean) => number>> = {
  US: (view, little) => view.getUint16(0, little),
  SS: (view, little) => view.getInt16(0, little),
  UL: (view, little) => view.getUint32(0, little),
  SL: (view, little) => view.getInt32(0, little),
};
const SIZES: Readonly<Record<string, number>> = { US: 2, SS: 2, UL: 4, SL: 4 };
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const COMMA = /^[-+]?\d+,\d+([eE][-+]?\d+)?$/;

/** Parts of a text element, without the blanks around them; none where it is empty. */
export function strings(dataset: Dataset, name: Name): string[] {
  const whole = text(dataset.get(TAGS[name])?.value).replace(/[\0 ]+$/, '');
  return whole ? whole.split('\\').map((part) => part.trim()) : [];
}

/** A code string in capitals, as PS3.5, 6.2 has them. */
export function code(dataset: Dataset, name: Name): string {
  return strings(dataset, name).join('\\').toUpperCase();
}

/** A whole number of one value; `usual` where the element is absent or empty. */
export function whole(dataset: Dataset, name: Name, implicit: string, usual?: number): number {
  const element = dataset.get(TAGS[name]);
  if (!element || !element.value.length) {
    if (usual !== undefined) return usual;
    throw new Refusal('damaged', name);
  }
  const vr = known(element, implicit);
  if (vr === 'IS') {
    const [only, ...rest] = strings(dataset, name);
    if (only === undefined && usual !== undefined) return usual;
    if (only?.includes('_')) throw new Refusal('not-here', name);
    if (only === undefined || rest.length || !DECIMAL.test(only) || !Number.isInteger(Number(only))) {
      throw new Refusal('damaged', name);
    }
    return Number(only);
  }
  const found = binary(element, vr);
  if (found.length !== 1) throw new Refusal('damaged', name);
  return found[0]!;
}

function binary(element: Element, vr: string): number[] {
  const size = SIZES[vr];
  if (!size || element.value.length % size) throw new Refusal('not-here', `value of ${vr}`);
  return Array.from({ length: element.value.length / size }, (_, k) => {
    const { buffer, byteOffset } = element.value;
    return BINARY[vr]!(new DataView(buffer, byteOffset + k * size, size), element.little);
  });
}

/** The value representation; of an unknown one that of the dictionary (PS3.5, 6.2.2). */
function known(element: Element, usual: string): string {
  return element.vr && element.vr !== 'UN' ? element.vr : usual;
}

/** The parts of a decimal string; none where the element is absent or empty. */
export function decimalParts(dataset: Dataset, name: Name): string[] {
  const element = dataset.get(TAGS[name]);
  if (!element) return [];
  const vr = known(element, 'DS');
  if (vr !== 'DS' && vr !== 'IS') throw new Refusal('not-here', name);
  return strings(dataset, name);
}

/** The number of a part; NaN for what is none. A decimal comma is taken for a point, and noted. */
export function decimalOf(part: string, notes: string[]): number {
  if (COMMA.test(part)) {
    notes.push('decimal-comma');
    return decimalOf(part.replace(',', '.'), notes);
  }
  if (/\d_\d/.test(part)) throw new Refusal('not-here', part);
  const value = DECIMAL.test(part) ? Number(part) : NaN;
  return Number.isFinite(value) ? value : NaN;
}

/** The number of an element with one value; `usual` where it has none, or several. */
export function decimal(dataset: Dataset, name: Name, usual: number, notes: string[]): number {
  const [only, ...rest] = decimalParts(dataset, name);
  if (only === undefined || rest.length) return usual;
  const value = decimalOf(only, notes);
  return Number.isNaN(value) ? usual : value;
}

/** A padding value, signed or not as its element or the pixels are; null where there is none. */
export function padding(dataset: Dataset, name: Name, signed: boolean): number | null {
  const element = dataset.get(TAGS[name]);
  if (!element || !element.value.length) return null;
  if (element.vr === 'UN') throw new Refusal('not-here', name);
  const found = binary(element, element.vr || (signed ? 'SS' : 'US'));
  return found.length === 1 ? found[0]! : null;
}

/** Unsigned words of two bytes; an odd last byte is no word. */
export function words(dataset: Dataset, name: Name): Uint16Array {
  const element = dataset.get(TAGS[name]);
  if (!element) return new Uint16Array(0);
  const { value, little } = element;
  return Uint16Array.from({ length: value.length >> 1 }, (_, k) => {
    const [a, b] = [value[2 * k]!, value[2 * k + 1]!];
    return little ? a | (b << 8) : (a << 8) | b;
  });
}
