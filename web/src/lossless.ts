/**
 * Lossless JPEG (ISO/IEC 10918-1, H), strict: of a stream that is damaged so that its codes
 * or its length make no sense nothing is shown, where other decoders fill what is missing.
 */

import { type Frame, segments } from './jpeg';
import { Refusal } from './radiograph';

const DHT = 0xc4, DRI = 0xdd, SOS = 0xda, EOI = 0xd9;

/** For each length of a code: the first code, how many there are, and where their values begin. */
interface Table {
  readonly first: Int32Array;
  readonly counts: Uint8Array;
  readonly begins: Int32Array;
  readonly values: Uint8Array;
}

interface Scan {
  /** One for each component, in their order. */
  readonly tables: readonly Table[];
  readonly selection: number;
  readonly shift: number;
  readonly restart: number;
  readonly begin: number;
}

/** By row, column and component. */
export function losslessSamples(data: Uint8Array, frame: Frame): Uint8Array | Uint16Array {
  const { columns, rows, bits, samples } = frame;
  const scan = scanOf(data, samples);
  const stride = columns * samples;
  const result = bits <= 8 ? new Uint8Array(rows * stride) : new Uint16Array(rows * stride);
  const top = result instanceof Uint8Array ? 0xff : 0xffff;
  const start = 2 ** (bits - scan.shift - 1);
  if (scan.restart % columns) throw new Refusal('not-here', 'restarts within a row');
  const coded = new Bits(data, scan.begin);
  const before = new Uint16Array(stride), line = new Uint16Array(stride);
  for (let row = 0; row < rows; row++) {
    const anew = row === 0 || (scan.restart > 0 && (row * columns) % scan.restart === 0);
    if (anew && row > 0) coded.restart();
    for (let k = 0; k < stride; k++) {
      const first = k < samples;
      const left = first ? 0 : line[k - samples]!, up = before[k]!;
      const corner = first ? 0 : before[k - samples]!;
      const guess = first ? (anew ? start : up) : anew ? left : predicted(scan.selection, left, up, corner);
      const value = (guess + coded.difference(scan.tables[k % samples]!)) & 0xffff;
      line[k] = value;
      const shown = (value << scan.shift) & 0xffff;
      if (shown > top) throw new Refusal('damaged', 'value beyond its depth');
      result[row * stride + k] = shown;
    }
    before.set(line);
  }
  coded.end();
  return result;
}

/** H.1.2.1, table H.1. */
function predicted(selection: number, a: number, b: number, c: number): number {
  switch (selection) {
    case 1: return a;
    case 2: return b;
    case 3: return c;
    case 4: return a + b - c;
    case 5: return a + ((b - c) >> 1);
    case 6: return b + ((a - c) >> 1);
    case 7: return (a + b) >> 1;
    default: throw new Refusal('damaged', 'predictor');
  }
}

function scanOf(data: Uint8Array, samples: number): Scan {
  const tables = new Map<number, Table>();
  let restart = 0;
  for (const { marker, start, end } of segments(data)) {
    const body = data.subarray(start + 4, end);
    if (marker === DHT) readTables(body, tables);
    if (marker === DRI) restart = (body[0]! << 8) | body[1]!;
    if (marker !== SOS) continue;
    const length = (data[start + 2]! << 8) | data[start + 3]!;
    if (body[0] !== samples || length !== 6 + 2 * samples) throw new Refusal('not-here', 'components of a scan');
    const used = Array.from({ length: samples }, (_, k) => tables.get(body[2 + 2 * k]! >> 4));
    if (used.some((table) => !table)) throw new Refusal('damaged', 'no table');
    return {
      tables: used as Table[], selection: body[1 + 2 * samples]!, shift: body[3 + 2 * samples]! & 15, restart,
      begin: start + 2 + length,
    };
  }
  throw new Refusal('damaged', 'no scan');
}

/** C.2: codes of each length follow each other. */
function readTables(body: Uint8Array, tables: Map<number, Table>): void {
  for (let place = 0; place + 17 <= body.length;) {
    const counts = body.slice(place + 1, place + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const values = body.slice(place + 17, place + 17 + total);
    if (values.length < total || values.some((value) => value > 16)) throw new Refusal('damaged', 'table');
    const first = new Int32Array(16), begins = new Int32Array(16);
    for (let k = 0, code = 0, at = 0; k < 16; k++) {
      first[k] = code;
      begins[k] = at;
      code = (code + counts[k]!) << 1;
      at += counts[k]!;
    }
    tables.set(body[place]! & 15, { first, counts, begins, values });
    place += 17 + total;
  }
}

/** The coded bits of a scan. */
class Bits {
  private byte = 0;
  private left = 0;

  constructor(private readonly data: Uint8Array, private place: number) {}

  private bit(): number {
    if (this.left === 0) {
      const byte = this.data[this.place];
      const stuffed = byte === 0xff;
      if (byte === undefined || (stuffed && this.data[this.place + 1] !== 0)) throw new Refusal('damaged', 'cut off');
      this.byte = byte;
      this.place += stuffed ? 2 : 1;
      this.left = 8;
    }
    return (this.byte >> --this.left) & 1;
  }

  /** H.1.2.2: a category, and the bits that tell which of its differences it is. */
  difference({ first, counts, begins, values }: Table): number {
    let code = 0;
    for (let k = 0; k < 16; k++) {
      code = (code << 1) | this.bit();
      const at = code - first[k]!;
      if (at < 0 || at >= counts[k]!) continue;
      const category = values[begins[k]! + at]!;
      if (category === 0) return 0;
      if (category === 16) return 32768;
      let more = 0;
      for (let n = 0; n < category; n++) more = (more << 1) | this.bit();
      return more < 2 ** (category - 1) ? more - 2 ** category + 1 : more;
    }
    throw new Refusal('damaged', 'code');
  }

  private marker(): number {
    this.left = 0;
    while (this.data[this.place] === 0xff && this.data[this.place + 1] === 0xff) this.place++;
    if (this.data[this.place] !== 0xff) throw new Refusal('damaged', 'more than it should hold');
    this.place += 2;
    return this.data[this.place - 1]!;
  }

  restart(): void {
    const found = this.marker();
    if (found < 0xd0 || found > 0xd7) throw new Refusal('damaged', 'no restart');
  }

  end(): void {
    if (this.marker() !== EOI) throw new Refusal('damaged', 'no end');
  }
}
