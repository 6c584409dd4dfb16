/** What is said of one image, in the order of Classify: can it be judged, the answer, what it is worth. */

import {
  type Answer, headline, leading, thresholdWords, undecidedWords, worthAt,
} from './answer';
import { element } from './elements';
import { film } from './films';
import type { Judged } from './judge';
import { type Table, share, written } from './table';
import type { Warning } from './warnings';

export function result(judged: Judged, name: string, table: Table): HTMLElement {
  const { answer } = judged, { words } = table;
  const place = element('div', { class: 'columns' });
  const show = (anyway: boolean) => {
    const judgedHere = answer.status === 'ok';
    const speaks = written(words.speaks_for!, { name: answer.likeliest });
    const spoke = written(words.would_have_spoken_for!, { name: answer.likeliest });
    const heat = judged.heat && (judgedHere || anyway) ? (judgedHere ? speaks : spoke) : '';
    const picture = film(judged, name, heat, `${words.heat!} ${words.hint!}`);
    const said = judgedHere ? told(answer, table) : untold(answer, table, anyway, show);
    said.append(element('button', { class: 'no-print', on: { click: () => window.print() } }, 'Print'));
    place.replaceChildren(...(judgedHere ? [picture, said] : [said, picture]));
  };
  show(false);
  return place;
}

function told(answer: Answer, table: Table): HTMLElement {
  const { words } = table;
  const why = undecidedWords(answer, table);
  const records = leading(answer, table).flatMap((name) => table.records[name] ?? []);
  return element('section', { 'aria-live': 'polite' },
    element('h2', {}, headline(answer, table)),
    why && notice('doubt', why),
    ...answer.warnings.map(warning),
    ...records.map((record) => element('p', { class: 'counts' }, record.counts)),
    bars(answer, table, true),
    records[0] ? prevalence(records[0], table) : null,
    ...thresholdWords(answer, table).map((line) => element('p', { class: 'quiet' }, line)),
    words.synthetic ? notice('note', words.synthetic) : null);
}

function untold(answer: Answer, table: Table, anyway: boolean, show: (anyway: boolean) => void): HTMLElement {
  const box = element('input', { type: 'checkbox', checked: anyway, on: { change: () => show(box.checked) } });
  const { likeliest, outputs } = answer;
  const counts = table.records[likeliest]?.counts;
  return element('section', { 'aria-live': 'polite' },
    element('h2', {}, headline(answer, table)),
    ...answer.warnings.map(warning),
    element('label', { class: 'no-print' }, box, table.words.anyway!),
    anyway ? element('div', { class: 'no-answer' },
      element('p', {}, written(table.words.no_answer!, { name: likeliest, share: share(outputs[likeliest]!) })),
      bars(answer, table, false),
      counts ? element('p', { class: 'quiet' },
        `${counts} ${table.words.of_training!}`) : null) : null);
}

function warning(one: Warning): HTMLElement {
  return notice(one.refuses ? 'refused' : 'doubt', one.message);
}

export function notice(kind: 'refused' | 'doubt' | 'note', words: string): HTMLElement {
  return element('p', { class: `notice ${kind}`, role: kind === 'refused' ? 'alert' : 'note' }, words);
}

/** Probabilities as bars with their values; a line across a bar is the class's threshold. */
function bars(answer: Answer, table: Table, colours: boolean): HTMLElement {
  const ranked = Object.entries(answer.outputs).sort((a, b) => b[1] - a[1]);
  const list = element('ul', { class: 'bars', 'aria-label': 'Probabilities' });
  for (const [name, value] of ranked) {
    const point = answer.status === 'ok' ? table.operating?.[name] : undefined;
    const bar = element('span', { class: `bar class-${colours ? table.classes.indexOf(name) % 7 : 'none'}` });
    bar.style.setProperty('inline-size', `${100 * value}%`);
    const track = element('span', { class: 'track', 'aria-hidden': 'true' }, bar);
    if (point) {
      const mark = element('span', { class: 'threshold', title: `Flagged from ${share(point.threshold)}` });
      mark.style.setProperty('inset-inline-start', `${100 * Math.min(point.threshold, 1)}%`);
      track.append(mark);
    }
    const spoken = point ? ` (threshold ${share(point.threshold)})` : '';
    list.append(element('li', {}, element('bdi', {}, name), track, element('span', {}, share(value)),
      element('span', { class: 'spoken' }, spoken)));
  }
  return list;
}

function prevalence(record: Table['records'][string], table: Table): HTMLElement | null {
  const words = element('p', {}, worthAt(record, record.usual, table));
  if (!words.textContent) return null;
  const input = element('input', {
    type: 'number', min: 0.01, max: 99.99, step: 'any', value: 100 * record.usual, inputmode: 'decimal',
    on: {
      input: () => {
        const share_ = Number(input.value) / 100;
        words.textContent = share_ > 0 && share_ < 1 ? worthAt(record, share_, table) : '';
      },
    },
  });
  return element('div', {}, words, element('label', { class: 'no-print' }, record.question, input));
}
