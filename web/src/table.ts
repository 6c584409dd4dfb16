/** What Python wrote beside the model: every sentence, limit and setting that this program uses. */

import type { Preparation } from './prepare';

export interface Point {
  readonly threshold: number;
  readonly band: readonly [number, number] | null;
  /** What is said of an image that reaches the threshold, and of one that does not. */
  readonly reached: string;
  readonly missed: string;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How good the answer was in testing, for what it is worth elsewhere. */
export interface Record_ {
  readonly counts: string;
  readonly usual: number;
  readonly have_it: string;
  readonly question: string;
  readonly begin: string;
  readonly called: string;
  readonly others: string;
  readonly sensitivity: number | null;
  readonly sensitivity_interval: Interval | null;
  readonly specificity: number | null;
  readonly specificity_interval: Interval | null;
}

export interface Table {
  readonly name: string;
  readonly version: number;
  readonly classes: readonly string[];
  /** Whether the classes are findings, of which an X-ray may show several, or none. */
  readonly several: boolean;
  readonly synthetic: boolean;
  readonly preparation: Preparation;
  readonly explain: 'cam' | 'occlusion';
  /** `(filters, units)` of the last layer, where the class activation map needs it. */
  readonly kernel: readonly (readonly number[])[] | null;
  readonly operating: Readonly<Record<string, Point>> | null;
  readonly records: Readonly<Record<string, Record_>>;
  readonly limits: {
    readonly unsure: number;
    readonly margin: number;
    readonly colour_spread: number;
    readonly colour_share: number;
    readonly mostly_coloured: number;
    readonly fewest_marked: number;
    readonly most_marked: number;
    readonly few_pixels: number;
    readonly too_few_pixels: number;
    readonly shape_ratio: number;
    readonly text_letters: number;
    readonly cut_share: number;
    readonly flat_deviation: number;
    readonly seconds: number;
  };
  readonly warnings: Readonly<Record<string, string>>;
  readonly notes: Readonly<Record<string, string>>;
  /** By reason: what is said where it is a doubt, and where it refuses. */
  readonly strange: Readonly<Record<string, { doubt: string; refuses: string }>>;
  /** Warnings in a few words, for many X-rays. */
  readonly remarks: Readonly<Record<string, string>>;
  readonly before_the_first: readonly string[];
  readonly refusals: Readonly<Record<string, string>>;
  readonly words: Readonly<Record<string, string>>;
  readonly csv: readonly string[];
  readonly grey_range: string;
}

/** A template of Python's `str.format` with its values. */
export function written(template: string, values: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? ''));
}

/** A whole number with commas, as Python's `,` writes it. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `toFixed` that rounds the exact value of a number half to even, as Python does. */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}

/** A share with two digits that never claims certainty. */
export function share(value: number): string {
  if (value >= 0.995) return '> 0.99';
  return value < 0.005 ? '< 0.01' : fixed(value, 2);
}
