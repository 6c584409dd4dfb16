/** Reasons for doubt that the picture itself gives: `xraylib/models/classify/warnings.py`. */

import { lettersIn } from './letters';
import { colouredShare } from './marks';
import type { Radiograph } from './radiograph';
import type { Picture } from './resize';
import { type Table, written } from './table';

export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly refuses: boolean;
}

export function pictureWarnings(
  image: Radiograph, prepared: Picture<Uint8Array>, table: Table,
): Warning[] {
  const found: Warning[] = [];
  const { limits } = table;
  const warn = (code: string, told: Record<string, string | number> = {}, refuses = false) => {
    found.push({ code, message: written(table.warnings[code]!, told), refuses });
  };
  const { width, height } = image.pixels;
  const times = Math.max(prepared.height / height, prepared.width / width);
  if (times >= limits.few_pixels) {
    const small = times >= limits.too_few_pixels;
    warn(small ? 'too-small' : 'low-resolution', {
      width, height, wanted_width: prepared.width, wanted_height: prepared.height,
    }, small);
  }
  if (Math.max(width, height) >= limits.shape_ratio * Math.min(width, height)) {
    warn('shape', { width, height });
  }
  if (deviation(prepared.data) < limits.flat_deviation) warn('no-contrast', {}, true);
  const coloured = colouredShare(image.pixels, limits.colour_spread);
  if (coloured > limits.colour_share) {
    warn('colour', { percent: percent(coloured) }, coloured > limits.mostly_coloured);
  }
  const range = table.preparation.grey_range;
  let notes = image.notes;
  if (range && range.bits === image.bitDepth) {
    notes = notes.filter((name) => name !== 'low-range');  // it was seen to
    const { data } = image.pixels;
    let outside = 0;
    for (const value of data) if (value < range.low || value > range.high) outside++;
    const cut = outside / data.length;
    if (cut > limits.cut_share) {
      warn('beyond-range', { percent: percent(cut), grey_range: table.grey_range });
    }
  }
  for (const name of notes) found.push({ code: name, message: table.notes[name]!, refuses: false });
  if (image.view.startsWith('lateral')) warn('lateral', {}, true);
  if (image.annotated || lettersIn(image) >= limits.text_letters) warn('burned-in-text');
  return found;
}

/** What a program drew, for a model of patients. */
export function drawnWarning(image: Radiograph, table: Table): Warning | null {
  const drawn = image.synthetic || image.descriptions.includes(table.words.drawn!);
  return drawn && !table.synthetic ? { code: 'synthetic', message: table.warnings.synthetic!, refuses: true } : null;
}

/** Never all of a picture; halves to even, as Python writes them. */
function percent(part: number): string {
  const value = 100 * Math.min(part, 0.99), low = Math.floor(value), above = value - low;
  return String(above > 0.5 || (above === 0.5 && low % 2) ? low + 1 : low);
}

function deviation(data: Uint8Array): number {
  let sum = 0, squares = 0;
  for (const value of data) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / data.length;
  return Math.sqrt(Math.max(0, squares / data.length - mean * mean));
}
