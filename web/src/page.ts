/** The page: it waits for the proof, takes files, and shows what the worker says of them. */

import { csv } from './csv';
import { byId, element, handOut } from './elements';
import { headline, leading } from './answer';
import type { Judged } from './judge';
import type { Proof } from './proof';
import { MAX_BYTES } from './radiograph';
import { notice, result } from './result';
import { type Table, share } from './table';
import type { Asked, Told } from './worker';

interface File_ {
  readonly id: number;
  readonly name: string;
  /** Read when its turn comes, and not kept then. */
  content: Blob | null;
  judged?: Judged;
  /** The code of a refusal. */
  error?: string;
}

let table: Table;
let worker: Worker;
let usable = false;
/** Whether the reader was told, in this visit, what this is and what it is not. */
let accepted = false;
let number = 0;
let files: File_[] = [];
let waiting: File_[] = [];
let asked: File_ | undefined;
let shown: File_ | undefined;
let clock: ReturnType<typeof setTimeout> | undefined;

function start(): void {
  worker?.terminate();
  usable = false;
  worker = new Worker('worker.js');
  worker.onmessage = ({ data }: MessageEvent<Told>) => hear(data);
  worker.onerror = () => (asked ? failed(asked, 'decoder-died') : refuseDevice('the worker could not be started'));
  tell({ kind: 'start' });
}

function tell(what: Asked, handed: Transferable[] = []): void {
  worker.postMessage(what, handed);
}

function hear(told: Told): void {
  if (told.kind === 'unusable') refuseDevice(told.reason);
  else if (told.kind === 'proof') proved(told.proof);
  else if (told.kind === 'sample') take([new File([told.data as BlobPart], told.name)]);
  else {
    const file = asked?.id === told.id ? asked : undefined;
    if (!file) return;
    if (told.kind === 'judged') file.judged = told.judged;
    else file.error = told.code;
    done();
  }
}

/** Without the proof nothing is answered. */
function refuseDevice(reason: string): void {
  const words = `This device does not compute what training did (${reason}). Nothing is judged here: use `
    + 'X-ray Lab on a computer, or another browser.';
  byId('proof').replaceChildren(notice('refused', words));
  document.body.dataset.state = 'unusable';
}

function proved(proof: Proof): void {
  if (!proof.passed) {
    refuseDevice(proof.problems.slice(0, 3).join('; '));
    return;
  }
  const far = proof.largest === 0 ? '0' : proof.largest.toExponential(1);
  byId('proof').replaceChildren(element('p', { class: 'notice good', role: 'status' },
    `Identical to ${proof.tolerance.toExponential(0).replace('e-', 'e-')} on this device: ${proof.images} sample `
    + `images judged again, largest difference ${far}.`));
  usable = true;
  document.body.dataset.state = 'ready';
  byId<HTMLInputElement>('files').disabled = false;
  byId('before').hidden = accepted;
  byId('drop').hidden = !accepted;
  next();
}

function take(chosen: readonly File[]): void {
  const taken: File_[] = chosen.map((file) => ({
    id: ++number, name: file.name, content: file, ...(file.size > MAX_BYTES ? { error: 'too-large' } : {}),
  }));
  files = [...files, ...taken];
  waiting = [...waiting, ...taken.filter((file) => !file.error)];
  shown = taken.length === 1 ? taken[0] : undefined;
  draw();
  next();
}

function next(): void {
  if (!usable || asked || !waiting.length) return;
  const file = asked = waiting.shift()!;
  clock = setTimeout(() => failed(file, 'too-slow'), 1000 * table.limits.seconds);
  draw();
  const content = file.content!;
  file.content = null;
  content.arrayBuffer().then((data) => {
    if (asked === file) tell({ kind: 'judge', id: file.id, data, heat: true }, [data]);
  }, () => {
    if (asked !== file) return;
    file.error = 'unreadable';
    done();
  });
}

function done(): void {
  clearTimeout(clock);
  asked = undefined;
  draw();
  next();
}

/** The worker is ended and another one proves itself anew; the page stays. */
function failed(file: File_, code: string): void {
  file.error = code;
  done();
  start();
}

function forget(): void {
  const count = files.length;
  files = [];
  waiting = [];
  shown = undefined;
  if (asked) {
    asked = undefined;
    clearTimeout(clock);
    start();
  }
  draw();
  byId('forgotten').textContent = count ? `Forgot ${count} X-ray${count === 1 ? '' : 's'} and all that was said.` : '';
}

/** What needs a look first: refused ones last. */
function order(file: File_): number {
  if (!file.judged) return file.error ? 4 : 5;
  const { answer } = file.judged;
  if (answer.status !== 'ok') return 2;
  return answer.uncertain || answer.warnings.length ? 0 : 1;
}

function refusal(file: File_): string {
  return table.refusals[file.error!] ?? table.refusals.damaged!;
}

function draw(): void {
  byId('forgotten').textContent = '';
  const left = waiting.length + (asked ? 1 : 0);
  byId('progress').textContent = left ? `Judging … ${files.length - left} of ${files.length}` : '';
  const place = byId('results');
  document.body.classList.toggle('has-results', files.length > 0);
  if (shown) {
    place.replaceChildren(...(files.length > 1 ? [back()] : []), one(shown));
  } else {
    place.replaceChildren(...(files.length ? [many()] : []));
  }
}

function back(): HTMLElement {
  return element('button', { class: 'no-print', on: { click: () => { shown = undefined; draw(); } } }, 'All X-rays');
}

function one(file: File_): HTMLElement {
  if (file.judged) return result(file.judged, file.name, table);
  if (file.error) {
    return element('section', { 'aria-live': 'polite' }, element('h2', {}, 'This file was refused'),
      element('p', {}, element('bdi', {}, file.name)), notice('refused', refusal(file)));
  }
  return element('p', { role: 'status' }, usable ? 'Judging …' : 'Waiting until this device has proved itself …');
}

function many(): HTMLElement {
  const body = element('tbody');
  for (const file of [...files].sort((a, b) => order(a) - order(b) || a.id - b.id)) {
    const open = () => { shown = file; draw(); };
    const answer = file.judged?.answer;
    const ok = answer?.status === 'ok';
    const remark = answer ? [...(answer.uncertain ? ['undecided'] : []),
      ...answer.warnings.map(({ code }) => table.remarks[code] ?? code)].join('; ') : '';
    body.append(element('tr', {},
      element('td', {}, element('button', { class: 'link', on: { click: open } }, element('bdi', {}, file.name))),
      element('td', {}, answer ? headline(answer, table) : file.error ? 'Refused' : '…'),
      element('td', {}, ok ? leading(answer, table).map((name) => share(answer.outputs[name]!)).join(', ') : '–'),
      element('td', {}, file.error ? refusal(file) : remark)));
  }
  const rows = () => files.filter((file) => file.judged || file.error).map((file) => ({
    file: file.name, answer: file.judged?.answer ?? null, error: file.error ? refusal(file) : '',
  }));
  return element('section', {},
    element('div', { class: 'scroll' }, element('table', {},
      element('thead', {}, element('tr', {}, ...['File', 'Answer', 'Probability', 'To look at'].map((word) =>
        element('th', { scope: 'col' }, word)))), body)),
    element('button', {
      class: 'no-print',
      on: { click: () => handOut(csv(rows(), table), `${table.name}-${table.version}.csv`, 'text/csv') },
    }, 'Download as CSV'));
}

function accept(): void {
  accepted = true;
  byId('before').hidden = true;
  byId('drop').hidden = false;
  byId('files').focus();
}

function listen(): void {
  byId('accept').addEventListener('click', accept);
  const input = byId<HTMLInputElement>('files'), drop = byId('drop');
  input.addEventListener('change', () => {
    take([...(input.files ?? [])]);
    input.value = '';
  });
  for (const event of ['dragover', 'drop'] as const) {
    drop.addEventListener(event, (dropped) => {
      dropped.preventDefault();
      if (event === 'drop' && usable && accepted) take([...(dropped.dataTransfer?.files ?? [])]);
    });
  }
  document.addEventListener('paste', (event) => {
    const pasted = [...(event.clipboardData?.files ?? [])];
    if (pasted.length && usable && accepted) take(pasted);
  });
  byId('forget').addEventListener('click', forget);
  byId('sample').hidden = !table.synthetic;  // a model of patients cannot judge a drawing
  byId('sample').addEventListener('click', () => { if (usable) tell({ kind: 'sample' }); });
}

async function load(): Promise<void> {
  table = await (await fetch('page.json')).json() as Table;
  const { words } = table;
  byId('model').textContent = `${table.name}, version ${table.version}. ${words.how_good}. ${words.unchecked}`.trim();
  byId('synthetic').textContent = words.synthetic!;
  for (const place of document.querySelectorAll('.notice-text')) place.textContent = words.notice!;
  document.title = `${table.name} on your own device`;
  byId('card').textContent = await (await fetch('model_card.md')).text();
  byId('what').replaceChildren(...table.before_the_first.map((line) => element('li', {}, line)));
  listen();
  start();
  if ('serviceWorker' in navigator) await navigator.serviceWorker.register('offline.js');
}

load().catch((error: unknown) => refuseDevice(String(error)));
