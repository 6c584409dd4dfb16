/** DICOM bytes to a radiograph, by the rules of `xraylib/images/dicom.py`. */

import type { Codecs } from './codecs';
import type { Body } from './dicom_begin';
import { type DicomFile, readElements, TAGS } from './dicom_elements';
import { greyTable } from './dicom_greys';
import { type Header, isPlain, isRead, storedValues } from './dicom_pixels';
import { code, decimalOf, decimalParts, strings, whole } from './dicom_values';
import { MAX_PIXELS, type Radiograph, Refusal, type Stored, greyIfEqual, radiograph } from './radiograph';
import { type Picture, enlarged, rounded, shrunk } from './resize';
import { viewOf } from './views';

const SPACINGS = ['PixelSpacing', 'ImagerPixelSpacing', 'NominalScannedPixelSpacing', 'PixelAspectRatio'] as const;
const COLOURS = ['RGB', 'YBR_FULL', 'YBR_FULL_422', 'YBR_ICT', 'YBR_RCT'];
const SQUARE = 0.01;  // spacings are measured, and rounded
const MOST = 8;

/** A file whose elements begin at a place; see `bodyOf`. */
export async function readDicom(data: Uint8Array, body: Body, codecs: Codecs): Promise<Radiograph> {
  const file = readElements(data, body.begin, body.syntax, isRead), { dataset } = file;
  const { PixelData, FloatPixelData, DoubleFloatPixelData } = TAGS;
  if (![PixelData, FloatPixelData, DoubleFloatPixelData].some((tag) => dataset.has(tag))) {
    throw new Refusal('no-pixels');
  }
  const header = checkedHeader(file);
  const notes: string[] = body.syntax ? ['no-beginning'] : [];
  const { values, stored, photometric, signed } = await storedValues(file, header, codecs, notes);
  let pixels: Picture<Stored>, depth = 8;
  if (values.channels === 3) {
    pixels = greyIfEqual(values);
  } else {
    depth = Math.max(8, stored);
    const inverted = photometric === 'MONOCHROME1';
    const table = greyTable(dataset, { bits: stored, signed, inverted }, notes);
    pixels = mapped(values, table, stored, signed);
    const shape = code(dataset, 'PresentationLUTShape');
    if (shape && (shape === 'INVERSE') !== inverted) notes.push('presentation-shape');
    if (code(dataset, 'PresentationIntentType') === 'FOR PROCESSING') notes.push('for-processing');
  }
  return radiograph(squared(pixels, file, notes), depth, 'DICOM', notes, {
    view: viewOf(dataset),
    annotated: strings(dataset, 'BurnedInAnnotation').join('\\').toUpperCase() === 'YES',
    synthetic: strings(dataset, 'SyntheticData').join('\\').toUpperCase() === 'YES',
  });
}

/** Refuses by the header alone whatever must not be decoded. */
function checkedHeader({ dataset, syntax }: DicomFile): Header {
  const rows = whole(dataset, 'Rows', 'US'), columns = whole(dataset, 'Columns', 'US');
  const frames = whole(dataset, 'NumberOfFrames', 'IS', 1);
  const samples = whole(dataset, 'SamplesPerPixel', 'US', 1);
  if (rows < 1 || columns < 1) throw new Refusal('damaged', `${columns} × ${rows}`);
  if (frames > 1) throw new Refusal('several-frames', `${frames}`);
  if (rows * columns > (samples === 1 ? MAX_PIXELS : MAX_PIXELS / 2)) throw new Refusal('too-large');
  const allocated = whole(dataset, 'BitsAllocated', 'US'), stored = whole(dataset, 'BitsStored', 'US');
  const photometric = code(dataset, 'PhotometricInterpretation');
  const grey = ['MONOCHROME1', 'MONOCHROME2'].includes(photometric) && samples === 1;
  const colour = COLOURS.includes(photometric) && samples === 3 && allocated === 8 && stored === 8;
  if (!dataset.has(TAGS.PixelData) || !(grey || colour)) throw new Refusal('unsupported-pixels', photometric);
  if (![8, 16].includes(allocated) || stored < 1 || stored > allocated) throw new Refusal('unsupported-pixels');
  const highBit = whole(dataset, 'HighBit', 'US', stored - 1);
  const plain = grey && isPlain(syntax);
  if (highBit !== stored - 1 && !(plain && highBit >= stored - 1 && highBit < allocated)) {
    throw new Refusal('unsupported-pixels', 'high bit');
  }
  const planar = whole(dataset, 'PlanarConfiguration', 'US', 0) === 1;
  const signed = whole(dataset, 'PixelRepresentation', 'US', 0) === 1;
  return { rows, columns, samples, planar, allocated, stored, highBit, photometric, signed };
}

/**
 * Negative values wrap, and adding half the range unwraps them; bits above are no part of the value.
 *
 * In the same place where the type allows it: 25 megapixels are 50 MB.
 */
function mapped(
  values: Picture<Stored>, table: Uint8Array | Uint16Array, bits: number, signed: boolean,
): Picture<Stored> {
  const half = signed ? 2 ** (bits - 1) : 0, mask = 2 ** bits - 1;
  const { data } = values;
  const same = data.BYTES_PER_ELEMENT === table.BYTES_PER_ELEMENT;
  const shown = same ? data : table instanceof Uint8Array ? new Uint8Array(data.length) : new Uint16Array(data.length);
  for (let k = 0; k < data.length; k++) shown[k] = table[(data[k]! + half) & mask]!;
  return { ...values, data: shown };
}

/** The picture with square pixels: the side along which they are longer grows. */
function squared(pixels: Picture<Stored>, { dataset }: DicomFile, notes: string[]): Picture<Stored> {
  let tall = 1;
  for (const name of SPACINGS) {
    const parts = decimalParts(dataset, name);
    if (parts.length !== 2) continue;
    const [height, width] = parts.map((part) => decimalOf(part, notes));
    if (height! > 0 && width! > 0) {
      tall = height! / width!;
      break;
    }
  }
  if (Math.abs(tall - 1) <= SQUARE) return pixels;
  if (!(tall >= 1 / MOST && tall <= MOST)) {
    notes.push('spacing-unusable');
    return pixels;
  }
  notes.push('resampled-square');
  const { width, height } = pixels;
  const grown = tall < 1 ? [rounded(width / tall), height] as const : [width, rounded(height * tall)] as const;
  if (grown[0] * grown[1] <= MAX_PIXELS) return enlarged(pixels, ...grown);
  return tall < 1
    ? shrunk(pixels, width, Math.max(1, rounded(height * tall)))
    : shrunk(pixels, Math.max(1, rounded(width / tall)), height);
}
