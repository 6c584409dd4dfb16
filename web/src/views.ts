/** From which side a chest was taken, as far as a DICOM file says so: `xraylib/images/views.py`. */

import { type Dataset, TAGS } from './dicom_elements';
import { strings } from './dicom_values';

const SIDES = new RegExp('^(LL|RL|[LR]T?LAT|LAT[LR]?|LATERAL|LATEROLATERAL|X(TABLE|T)?L(AT(ERAL)?)?'
  + '|(CROSS|X)TABLE\\w*|PROFILE?)$');
const FRONT: Readonly<Record<string, string>> = {
  AP: 'AP', ANTEROPOSTERIOR: 'AP', PA: 'PA', POSTEROANTERIOR: 'PA',
};
const PORTABLE = ['PORTABLE', 'PORT', 'PORTABLES', 'MOBILE', 'BEDSIDE'];
const CODES: Readonly<Record<string, string>> = {
  'R-102CD': 'lateral', 399067008: 'lateral', 'R-10232': 'lateral', 399198007: 'lateral',
  'R-10236': 'lateral', 399173006: 'lateral', 'R-10224': 'lateral', 399260004: 'lateral',
  'R-10228': 'lateral', 399352003: 'lateral', 'G-A145': 'lateral', 30730003: 'lateral',
  'R-10206': 'AP', 399348003: 'AP', 'R-10214': 'PA', 'R-40888': 'PA', 272479007: 'PA',
};

/** `PA`, `AP` or `lateral`, perhaps with ` portable` behind it; or that alone; or nothing. */
export function viewOf(dataset: Dataset): string {
  const codes = (dataset.get(TAGS.ViewCodeSequence)?.items ?? [])
    .flatMap((item) => [item, ...(item.get(TAGS.ViewModifierCodeSequence)?.items ?? [])])
    .map((item) => [strings(item, 'CodeValue').join('\\'), strings(item, 'CodeMeaning').join('\\')] as const);
  const words = [strings(dataset, 'ViewPosition').join('\\'), ...codes.map(([, meaning]) => meaning)].map(wordsOf);
  const coded = codes.flatMap(([value]) => (Object.hasOwn(CODES, value) ? [CODES[value]!] : []));
  let told = [...coded, ...words.map(viewIn).filter(Boolean)][0] ?? '';
  const said = words.some((some) => some.length);
  const orientation = strings(dataset, 'PatientOrientation')[0] ?? '';
  if (!told && !said && /^[AP]/i.test(orientation)) told = 'lateral';
  const portable = words.some((some) => some.some((word) => PORTABLE.includes(word))) ? 'portable' : '';
  return [told, portable].filter(Boolean).join(' ');
}

/** Its words in capitals; two that belong together as one. */
function wordsOf(told: string): string[] {
  const joined = told.toUpperCase().replaceAll('.', '').replace(/\b([AP])\/([AP])\b/g, '$1$2')
    .replace(/\b(ANTERO|POSTERO|LATERO|X|CROSS|L|R|LT|RT)[-\s]+/g, '$1');
  return joined.match(/[A-Z]+/g) ?? [];
}

function viewIn(words: readonly string[]): string {
  const turned = words.some((word) => word.startsWith('DECUB') || word.startsWith('OBLIQ'));
  const left = turned ? words.filter((word) => word in FRONT) : words;
  if (left.some((word) => SIDES.test(word))) return 'lateral';
  const front = left.find((word) => word in FRONT);
  return front ? FRONT[front]! : '';
}
