/**
 * DICOM stored values to grey values: `xraylib/images/grayscale.py`'s table over what can be stored.
 *
 * Modality LUT or rescale, VOI LUT or window, MONOCHROME1 inverted, padding black (PS3.3 C.7.5.1.1.2,
 * C.11.1 and C.11.2).
 */

import { type Dataset, type Name, TAGS } from './dicom_elements';
import { code, decimal, decimalOf, decimalParts, padding, words } from './dicom_values';
import { rounded } from './resize';

export interface Depth {
  readonly bits: number;
  readonly signed: boolean;
  readonly inverted: boolean;
}

interface Lookup {
  readonly length: number;
  readonly first: number;
  readonly bits: number;
  readonly words: Uint16Array;
}

interface Values {
  value: Float64Array;
  low: number;
  high: number;
}

const FUNCTIONS = ['LINEAR', 'LINEAR_EXACT', 'SIGMOID'];

/** The displayed grey value of every value that can be stored, lowest first; notes are added. */
export function greyTable(dataset: Dataset, depth: Depth, notes: string[]): Uint8Array | Uint16Array {
  const { bits, signed } = depth;
  const lowest = signed ? -(2 ** (bits - 1)) : 0;
  const domain = Float64Array.from({ length: 2 ** bits }, (_, k) => lowest + k);
  const shade = displayed(dataset, domain, notes);
  if (depth.inverted) shade.forEach((value, k) => { shade[k] = 1 - value; });
  const [from, to] = padded(dataset, lowest, depth);
  shade.fill(0, from, to);
  const deep = Math.max(8, bits), top = 2 ** deep - 1;
  const table = deep === 8 ? new Uint8Array(shade.length) : new Uint16Array(shade.length);
  shade.forEach((value, k) => { table[k] = Math.floor(value * top + 0.5); });
  return table;
}

/** Shades from 0, dark, to 1, bright, before any inversion. */
function displayed(dataset: Dataset, domain: Float64Array, notes: string[]): Float64Array {
  let slope = 1;
  let now: Values;
  const modality = lookup(dataset, 'ModalityLUTSequence', notes);
  if (modality) now = looked(modality, domain, notes);
  else {
    slope = decimal(dataset, 'RescaleSlope', 1, notes) || 1;
    const intercept = decimal(dataset, 'RescaleIntercept', 0, notes);
    const value = domain.map((one) => one * slope + intercept);
    const ends = [value[0]!, value[value.length - 1]!];
    now = { value, low: Math.min(...ends), high: Math.max(...ends) };
  }
  const shown = lookup(dataset, 'VOILUTSequence', notes);
  if (shown) now = looked(shown, now.value, notes);
  else {
    const found = firstWindow(dataset, notes);
    if (found) {
      const how = code(dataset, 'VOILUTFunction') || 'LINEAR';
      if (!FUNCTIONS.includes(how)) notes.push('window-function');
      return windowed(now.value, found, how, notes, Math.abs(slope) < 1);
    }
  }
  const { value, low, high } = now;
  return high > low ? value.map((one) => (one - low) / (high - low)) : new Float64Array(value.length);
}

/** Centre and width of the first window that can be used. */
function firstWindow(dataset: Dataset, notes: string[]): [number, number] | null {
  const centres = decimalParts(dataset, 'WindowCenter'), widths = decimalParts(dataset, 'WindowWidth');
  for (let k = 0; k < Math.min(centres.length, widths.length); k++) {
    const centre = decimalOf(centres[k]!, notes), width = decimalOf(widths[k]!, notes);
    if (Number.isFinite(centre) && width > 0) return [centre, width];
  }
  if ([...centres, ...widths].some(Boolean)) notes.push('window-unusable');
  return null;
}

function windowed(
  value: Float64Array, [centre, width]: [number, number], how: string, notes: string[], fine: boolean,
): Float64Array {
  if (how === 'SIGMOID') {
    return value.map((one) => {
      const power = Math.min(700, Math.max(-700, (-4 * (one - centre)) / width));
      return 1 / (1 + Math.exp(power));
    });
  }
  if (how !== 'LINEAR_EXACT') {
    if (width < 1 || (fine && width === 1)) notes.push('window-narrow');
    else {
      centre -= 0.5;
      width -= 1;
    }
  }
  if (width <= 0) return value.map((one) => (one > centre ? 1 : 0));
  return value.map((one) => Math.min(1, Math.max(0, (one - centre) / width + 0.5)));
}

function lookup(dataset: Dataset, name: Name, notes: string[]): Lookup | null {
  const items = dataset.get(TAGS[name])?.items ?? [];
  for (const item of items) {
    const descriptor = words(item, 'LUTDescriptor'), data = words(item, 'LUTData');
    if (descriptor.length === 3 && data.length) {
      return { length: descriptor[0]! || 65536, first: descriptor[1]!, bits: descriptor[2]!, words: data };
    }
  }
  if (items.length) notes.push('lut-empty');
  return null;
}

/** A lookup table applied to values. */
function looked(table: Lookup, value: Float64Array, notes: string[]): Values {
  let { length: count, first, bits, words: entries } = table;
  if (value.some((one) => one < 0) && first >= 32768) first -= 65536;
  if (bits <= 8 && count > 1 && entries.length === (count + 1) >> 1) {
    entries = Uint16Array.from({ length: entries.length * 2 }, (_, k) =>
      (k % 2 ? entries[k >> 1]! >> 8 : entries[k >> 1]! & 255));
  }
  const short = entries.length < count;
  if (short) {
    notes.push('lut-short');
    count = entries.length;
  }
  let highest = 0;
  for (let k = 0; k < count; k++) highest = Math.max(highest, entries[k]!);
  const needed = Math.max(1, 32 - Math.clz32(highest));
  if (!(bits >= 1 && bits <= 16) || needed > bits || (needed < bits && bits > 8 && !short)) {
    if (needed !== bits) notes.push('lut-depth');
    bits = Math.max(needed, 8);
  }
  const found = value.map((one) => entries[Math.min(count - 1, Math.max(0, rounded(one) - first))]!);
  return { value: found, low: 0, high: 2 ** bits - 1 };
}

/** The stored values that are declared to be padding: from one place of the table to another. */
function padded(dataset: Dataset, lowest: number, { bits, signed }: Depth): [number, number] {
  const first = padding(dataset, 'PixelPaddingValue', signed);
  if (!dataset.has(TAGS.PixelPaddingValue)) return [0, 0];
  const allocated = words(dataset, 'BitsAllocated')[0] ?? 16;
  const ends = [first, padding(dataset, 'PixelPaddingRangeLimit', signed)].flatMap((told) => {
    if (told === null) return [];
    const end = signed && told >= 2 ** (bits - 1) ? told - 2 ** allocated : told;
    return [end - lowest];
  });
  if (!ends.length) return [0, 0];
  const low = Math.min(...ends), high = Math.max(...ends);
  return low < 2 ** bits && high >= 0 ? [Math.max(0, low), high + 1] : [0, 0];
}
