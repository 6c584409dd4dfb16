/**
 * The elements of a DICOM file that decide about its pixels (PS3.5, 7). All others are passed over.
 *
 * What is written otherwise than the standard wants is not guessed at: X-ray Lab itself reads many such
 * files, and says what it decided; this page refuses them.
 */

import { Refusal } from './radiograph';

export interface Element {
  readonly vr: string;
  readonly value: Uint8Array;
  readonly little: boolean;
  /** Of a sequence. */
  readonly items: readonly Dataset[];
  /** Of compressed pixels: the fragments, the offset table first. */
  readonly fragments: readonly Uint8Array[] | null;
}

export type Dataset = ReadonlyMap<number, Element>;

export interface DicomFile {
  readonly syntax: string;
  readonly dataset: Dataset;
  /** Whether the end of compressed pixels is not marked. */
  readonly undelimited: boolean;
}

export const IMPLICIT = '1.2.840.10008.1.2';
export const EXPLICIT = '1.2.840.10008.1.2.1';
export const BIG = '1.2.840.10008.1.2.2';

export const TAGS = {
  PresentationIntentType: 0x00080068, SyntheticData: 0x0008001c, CodeValue: 0x00080100,
  CodeMeaning: 0x00080104, ImagerPixelSpacing: 0x00181164, NominalScannedPixelSpacing: 0x00182010,
  ViewPosition: 0x00185101, PatientOrientation: 0x00200020, SamplesPerPixel: 0x00280002,
  PhotometricInterpretation: 0x00280004, PlanarConfiguration: 0x00280006, NumberOfFrames: 0x00280008,
  Rows: 0x00280010, Columns: 0x00280011, PixelSpacing: 0x00280030, PixelAspectRatio: 0x00280034,
  BitsAllocated: 0x00280100, BitsStored: 0x00280101, HighBit: 0x00280102, PixelRepresentation: 0x00280103,
  PixelPaddingValue: 0x00280120, PixelPaddingRangeLimit: 0x00280121, BurnedInAnnotation: 0x00280301,
  WindowCenter: 0x00281050, WindowWidth: 0x00281051, RescaleIntercept: 0x00281052,
  RescaleSlope: 0x00281053, VOILUTFunction: 0x00281056, ModalityLUTSequence: 0x00283000,
  LUTDescriptor: 0x00283002, LUTData: 0x00283006, VOILUTSequence: 0x00283010,
  ViewCodeSequence: 0x00540220, ViewModifierCodeSequence: 0x00540222, PresentationLUTShape: 0x20500020,
  FloatPixelData: 0x7fe00008, DoubleFloatPixelData: 0x7fe00009, PixelData: 0x7fe00010,
} as const;

export type Name = keyof typeof TAGS;

const KNOWN = new Set<number>(Object.values(TAGS));
const SEQUENCES = new Set<number>([
  TAGS.ModalityLUTSequence, TAGS.VOILUTSequence, TAGS.ViewCodeSequence, TAGS.ViewModifierCodeSequence,
]);
/** Value representations with a length of four bytes (PS3.5, 7.1.2). */
const LONG = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const ITEM = 0xfffee000, ITEM_END = 0xfffee00d, SEQUENCE_END = 0xfffee0dd;
const UNDEFINED = 0xffffffff;
const SYNTAX = 0x00020010;
const META_GROUP = 2;
const DEEPEST = 16;

/**
 * The elements behind a place.
 *
 * @param told Of files without a meta group: the transfer syntax that they are written in.
 * @param known Whether a transfer syntax is one that is read; of others nothing more is looked at.
 */
export function readElements(
  data: Uint8Array, begin: number, told: string | null, known: (syntax: string) => boolean,
): DicomFile {
  const reader = new Reader(data, true, true);
  const meta = told ? null : reader.dataset(begin, data.length, (tag) => tag >>> 16 === META_GROUP);
  const place = meta?.end ?? begin;
  const syntax = told ?? text(meta!.found.get(SYNTAX)?.value).replace(/[\0 ]+$/, '');
  if (!syntax) throw new Refusal('damaged', 'no transfer syntax');
  if (!known(syntax)) throw new Refusal('unsupported-compression', syntax);
  // Some files say one and are the other: the first element shows it.
  const shows = /^[A-Z]{2}$/.test(text(data.subarray(place + 4, place + 6)));
  const body = new Reader(data, shows, syntax !== BIG);
  return {
    syntax, dataset: body.dataset(place, data.length).found, undelimited: body.undelimited,
  };
}

export function text(value: Uint8Array | undefined): string {
  let all = '';
  for (const byte of value ?? []) all += String.fromCharCode(byte);
  return all;
}

class Reader {
  undelimited = false;
  private readonly view: DataView;

  constructor(
    private readonly data: Uint8Array, private readonly explicit: boolean, private readonly little: boolean,
  ) {
    this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  }

  /** Elements from a place to an end, or as long as `wanted` says; and where they end. */
  dataset(
    begin: number, end: number, wanted: (tag: number) => boolean = () => true, depth = 0,
  ): { found: Dataset; end: number } {
    if (depth > DEEPEST) throw new Refusal('not-here', 'nesting');
    const found = new Map<number, Element>();
    let place = begin;
    while (place < end) {
      if (this.data[place] === 0 && this.data.subarray(place, end).every((byte) => byte === 0)) break;
      if (place + 8 > end) throw new Refusal('damaged', 'cut off');
      const tag = this.tag(place);
      if (!wanted(tag)) break;
      if (tag === ITEM_END) {
        place += 8;
        break;
      }
      place = this.element(place, end, tag, found, depth);
    }
    return { found, end: place };
  }

  private tag(place: number): number {
    return this.view.getUint16(place, this.little) * 0x10000 + this.view.getUint16(place + 2, this.little);
  }

  private element(place: number, end: number, tag: number, found: Map<number, Element>, depth: number): number {
    let vr = '', length: number, value: number;
    if (this.explicit) {
      vr = text(this.data.subarray(place + 4, place + 6));
      if (!/^[A-Z]{2}$/.test(vr)) throw new Refusal('not-here', 'value representation');
      const long = LONG.has(vr);
      if (long && place + 12 > end) throw new Refusal('damaged', 'cut off');
      length = long ? this.view.getUint32(place + 8, this.little) : this.view.getUint16(place + 6, this.little);
      value = place + (long ? 12 : 8);
    } else {
      length = this.view.getUint32(place + 4, this.little);
      value = place + 8;
    }
    const pixels = tag === TAGS.PixelData;
    if (length === UNDEFINED) {
      if (pixels) {
        const { fragments, next } = this.fragments(value, end, depth);
        found.set(tag, { vr, value: new Uint8Array(0), little: this.little, items: [], fragments });
        return next;
      }
      // PS3.5, 6.2.2: an unknown sequence of undefined length is implicit.
      const inner = vr === 'UN' ? new Reader(this.data, false, true) : this;
      const { items, next } = inner.items(value, end, depth);
      if (KNOWN.has(tag)) found.set(tag, { vr, value: new Uint8Array(0), little: this.little, items, fragments: null });
      return next;
    }
    if (value + length > end) throw new Refusal('damaged', 'cut off');
    if (KNOWN.has(tag) || tag >>> 16 === META_GROUP) {
      const sequence = SEQUENCES.has(tag) && (vr === 'SQ' || vr === '');
      const items = sequence ? this.items(value, value + length, depth).items : [];
      const bytes = this.data.subarray(value, value + length);
      found.set(tag, { vr, value: bytes, little: this.little, items, fragments: null });
    }
    return value + length;
  }

  private items(begin: number, end: number, depth: number): { items: Dataset[]; next: number } {
    const items: Dataset[] = [];
    let place = begin;
    while (place + 8 <= end) {
      const tag = this.tag(place), length = this.view.getUint32(place + 4, this.little);
      if (tag === SEQUENCE_END) return { items, next: place + 8 };
      if (tag !== ITEM) throw new Refusal('not-here', 'sequence');
      const stop = length === UNDEFINED ? end : place + 8 + length;
      if (stop > end) throw new Refusal('damaged', 'cut off');
      // PS3.5 has no such items, but there are files with implicit items in explicit data sets.
      const implicit = this.explicit && place + 14 <= stop
        && !/^[A-Z]{2}$/.test(text(this.data.subarray(place + 12, place + 14)));
      const reader = implicit && this.tag(place + 8) !== ITEM_END ? new Reader(this.data, false, this.little) : this;
      const inner = reader.dataset(place + 8, stop, undefined, depth + 1);
      items.push(inner.found);
      place = length === UNDEFINED ? inner.end : stop;
    }
    return { items, next: place };
  }

  /** PS3.5, A.4: the offset table, then the fragments; the mark of their end may be missing. */
  private fragments(begin: number, end: number, depth: number): { fragments: Uint8Array[]; next: number } {
    const fragments: Uint8Array[] = [];
    let place = begin;
    while (place + 8 <= end && this.tag(place) === ITEM) {
      const length = this.view.getUint32(place + 4, this.little);
      if (place + 8 + length > end) throw new Refusal('damaged', 'cut off');
      fragments.push(this.data.subarray(place + 8, place + 8 + length));
      place += 8 + length;
    }
    if (place + 8 <= end && this.tag(place) === SEQUENCE_END) return { fragments, next: place + 8 };
    if (depth > 0) throw new Refusal('not-here', 'end of an icon');
    this.undelimited = true;
    return { fragments, next: end };
  }
}
