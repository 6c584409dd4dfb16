/** Judged images as a table for a spreadsheet: `xraylib/models/classify/table.py`'s columns and cells. */

import type { Answer } from './answer';
import { type Table, fixed } from './table';

export interface Row {
  readonly file: string;
  readonly answer: Answer | null;
  readonly error: string;
}

const RISKY = ['=', '+', '-', '@', '\t', '\r'];

export function csv(rows: readonly Row[], table: Table): string {
  return [table.csv, ...rows.map((row) => cells(row, table))].map(line).join('');
}

function cells({ file, answer, error }: Row, table: Table): string[] {
  const ok = answer?.status === 'ok';
  const shares = (told: boolean) => table.classes.map((name) =>
    (told && answer ? fixed(answer.outputs[name]!, 6) : ''));
  const whyNot = answer?.warnings.filter((one) => one.refuses).map((one) => one.message).join(' ') ?? error;
  return [
    safe(file),
    answer ? answer.status : 'refused',
    ok && !table.several ? safe(answer.likeliest) : '',
    ...shares(ok),
    ok ? (answer.uncertain ? 'yes' : 'no') : '',
    answer?.flagged?.length ? safe(answer.flagged.join('; ')) : '',
    answer?.warnings.map((one) => one.code).join(' ') ?? '',
    safe(whyNot),
    table.name,
    String(table.version),
    table.synthetic ? 'yes' : 'no',
    table.words.notice!,
    ...shares(!ok),
  ];
}

function line(all: readonly string[]): string {
  return `${all.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)).join(',')}\r\n`;
}

/** Text on one line that no spreadsheet runs as a formula. */
function safe(text: string): string {
  const flat = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/).join(' ');
  return RISKY.some((mark) => flat.startsWith(mark)) ? `'${flat}` : flat;
}
