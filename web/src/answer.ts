/** What is said of an image: never certain, never a diagnosis; the sentences are Python's. */

import { type Interval, type Point, type Record_, type Table, fixed, grouped, share, written } from './table';
import type { Warning } from './warnings';

export type Status = 'ok' | 'cannot-judge';

export interface Answer {
  readonly status: Status;
  /** By class, in the order of the classes. */
  readonly outputs: Readonly<Record<string, number>>;
  readonly likeliest: string;
  readonly uncertain: boolean;
  /** Classes whose threshold is reached; null for a model without, and where there is no answer. */
  readonly flagged: readonly string[] | null;
  readonly warnings: readonly Warning[];
}

export function answered(
  outputs: Readonly<Record<string, number>>, warnings: readonly Warning[], table: Table,
): Answer {
  const status: Status = warnings.some((one) => one.refuses) ? 'cannot-judge' : 'ok';
  const points = status === 'ok' ? table.operating : null;
  return {
    status,
    outputs,
    likeliest: ranked(outputs)[0]!,
    uncertain: status === 'ok' && isUncertain(outputs, points, table),
    flagged: points && Object.keys(points).filter((name) => outputs[name]! >= points[name]!.threshold),
    warnings: [...warnings.filter((one) => one.refuses), ...warnings.filter((one) => !one.refuses)],
  };
}

/** The classes, likeliest first; equally likely ones in their own order. */
function ranked(outputs: Readonly<Record<string, number>>): string[] {
  return Object.keys(outputs).sort((a, b) => outputs[b]! - outputs[a]!);
}

/** The likeliest class, or the findings that are flagged: what coloured marks may have changed. */
export function spokenFor(outputs: Readonly<Record<string, number>>, table: Table): string {
  if (!table.several) return ranked(outputs)[0]!;
  const points = table.operating ?? {};
  const flagged = Object.keys(points).filter((name) => outputs[name]! >= points[name]!.threshold);
  return flagged.join(', ') || table.words.no_finding!;
}

function inBand(point: Point, value: number): boolean {
  return point.band !== null && point.band[0] <= value && value <= point.band[1];
}

function isUncertain(
  outputs: Readonly<Record<string, number>>, points: Readonly<Record<string, Point>> | null, table: Table,
): boolean {
  if (table.several) return unsure(outputs, points).length > 0;
  const [first, second] = ranked(outputs).map((name) => outputs[name]!);
  if (first! - second! < table.limits.margin - 1e-9) return true;
  if (!points || !Object.keys(points).length) return first! < table.limits.unsure;
  return unsure(outputs, points).length > 0;
}

/** The classes where a human is to decide, in the order of the thresholds. */
function unsure(
  outputs: Readonly<Record<string, number>>, points: Readonly<Record<string, Point>> | null,
): string[] {
  return Object.keys(points ?? {}).filter((name) => inBand(points![name]!, outputs[name]!));
}

/**
 * The classes that an answer is about: one, or the two likeliest where it is undecided.
 *
 * Of findings those that are flagged, or the likeliest.
 */
export function leading(answer: Answer, table: Table): string[] {
  const order = ranked(answer.outputs);
  if (!table.several) return order.slice(0, answer.uncertain ? 2 : 1);
  const flagged = order.filter((name) => answer.flagged?.includes(name));
  return flagged.length ? flagged : order.slice(0, 1);
}

export function headline(answer: Answer, table: Table): string {
  const { words } = table;
  if (answer.status !== 'ok') return words.cannot_judge!;
  if (table.several) return findings(answer, table);
  if (!answer.uncertain) return written(words.more_like!, { name: answer.likeliest });
  const classes = leading(answer, table).map((name) => `${name} ${share(answer.outputs[name]!)}`).join(', ');
  return written(words.undecided!, { classes });
}

/** Flagged findings, unsure ones, or neither. */
function findings(answer: Answer, table: Table): string {
  const { words } = table, { outputs } = answer;
  const order = ranked(outputs), doubtful = unsure(outputs, table.operating);
  const flagged = order.filter((name) => answer.flagged?.includes(name) && !doubtful.includes(name))
    .map((name) => written(words.flagged!, { name, share: share(outputs[name]!) }));
  const others = order.filter((name) => doubtful.includes(name)).map((name) => `${name} ${share(outputs[name]!)}`);
  const told = [
    ...(flagged.length ? [written(words.signs!, { findings: flagged.join(', ') })] : []),
    ...(others.length ? [written(words.unsure_about!, { findings: others.join(', ') })] : []),
  ];
  const [name] = order;
  return told.join('; ') || written(words.no_signs!, { name: name!, share: share(outputs[name!]!) });
}

/** Why an image is undecided, and who should decide; nothing for one that is not. */
export function undecidedWords(answer: Answer, table: Table): string {
  if (!answer.uncertain) return '';
  const { words, limits } = table, { outputs } = answer;
  const points = table.operating ?? {};
  const bands = unsure(outputs, points).map((name) => {
    const [low, high] = points[name]!.band!;
    return written(words.in_band!, {
      share: share(outputs[name]!), name, low: share(low), high: share(high),
    });
  });
  if (table.several) return bands.length ? written(words.somebody_decides!, { why: bands.join('; ') }) : '';
  const [first, second] = leading(answer, table);
  const margin = fixed(limits.margin, 2);
  let why = written(words.none_reaches!, { unsure: fixed(limits.unsure, 2) });
  if (bands.length) why = bands.join('; ');
  else if (outputs[first!]! - outputs[second!]! < limits.margin) {
    why = written(words.barely_ahead!, { first: first!, margin, second: second! });
  }
  return written(words.somebody_decides!, { why: why[0]!.toUpperCase() + why.slice(1) });
}

/** What the threshold of each class says of the image. */
export function thresholdWords(answer: Answer, table: Table): string[] {
  const points = answer.status === 'ok' ? table.operating ?? {} : {};
  return Object.entries(points).map(([name, point]) =>
    answer.outputs[name]! >= point.threshold ? point.reached : point.missed);
}

const BASES = [100, 1_000, 10_000];

/** The smallest number of which a count tells the share within a twentieth of it. */
function base(value: number): number {
  for (const one of BASES) {
    const count = even(value * one);
    if (count > 0 && count < one && Math.abs(count / one - value) <= value / 20) return one;
  }
  return value > 0 && value < 1 ? BASES[BASES.length - 1]! : BASES[0]!;
}

function even(value: number): number {
  const low = Math.floor(value), above = value - low;
  return above > 0.5 || (above === 0.5 && low % 2 !== 0) ? low + 1 : low;
}

/** `about 22` of 100; `fewer than 1`, `more than 9,999` where that is neither 0 nor all. */
function aboutPeople(share: number, of: number, words: Readonly<Record<string, string>>): string {
  const count = even(share * of);
  if (share > 0 && share < 1 && count === 0) return words.fewer_than_one!;
  if (share > 0 && share < 1 && count === of) return written(words.more_than!, { count: grouped(of - 1) });
  return written(words.about_so_many!, { count: grouped(count) });
}

/** What the answer is worth where `prevalence` of all have it; nothing where nothing is known. */
export function worthAt(record: Record_, prevalence: number, table: Table): string {
  const worth = predictiveValue(record, prevalence);
  if (!worth || !(prevalence > 0 && prevalence < 1)) return '';
  const { words } = table;
  const of = base(prevalence), count = even(prevalence * of);
  const people = written(count ? words.of_people! : words.fewer_than!,
    { count: grouped(count), base: grouped(of) });
  const begin = written(record.begin, { people });
  const told = { called: record.called, others: record.others };
  if (record.specificity === 1) {
    const whole = base(worth.interval.low);
    const low = Math.floor(worth.interval.low * whole + 1e-9);
    return begin + written(words.at_least!, { ...told, low: grouped(low), base: grouped(whole) });
  }
  const whole = base(worth.value);
  return begin + written(words.about!, {
    ...told,
    about: aboutPeople(worth.value, whole, words),
    base: grouped(whole),
    low: grouped(Math.floor(worth.interval.low * whole + 1e-9)),
    high: grouped(Math.ceil(worth.interval.high * whole - 1e-9)),
  });
}

/** The share of those called so that have it, by Bayes's rule on the odds, with its interval. */
function predictiveValue(record: Record_, prevalence: number): { value: number; interval: Interval } | null {
  const { sensitivity: right, specificity: none } = record;
  const its = record.sensitivity_interval, other = record.specificity_interval;
  if (right === null || none === null || !its || !other) return null;
  const wrong = 1 - none;
  if (right === 0 && wrong === 0) return null;
  const odds = prevalence / (1 - prevalence);
  const ratio = ratioInterval(right, its, wrong, { low: 1 - other.high, high: 1 - other.low });
  const ofOdds = (value: number) => (value === Infinity ? 1 : value / (1 + value));
  return {
    value: ofOdds(odds * (wrong ? right / wrong : Infinity)),
    interval: { low: ofOdds(odds * ratio.low), high: ofOdds(odds * ratio.high) },
  };
}

/** Donner and Zou's 95 % interval of `above / below`, from the intervals of both. */
function ratioInterval(above: number, its: Interval, below: number, other: Interval): Interval {
  const quotient = (a: number, b: number) => (b ? a / b : Infinity);
  const product = above * below;
  const lowRoot = product ** 2 - its.low * other.high * (2 * above - its.low) * (2 * below - other.high);
  const highRoot = product ** 2 - its.high * other.low * (2 * above - its.high) * (2 * below - other.low);
  const low = quotient(product - Math.sqrt(Math.max(lowRoot, 0)), other.high * (2 * below - other.high));
  const high = quotient(product + Math.sqrt(Math.max(highRoot, 0)), other.low * (2 * below - other.low));
  const estimate = below ? above / below : Infinity;
  return { low: Math.min(Math.max(0, low), estimate), high: Math.max(high, estimate) };
}
