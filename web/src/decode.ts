/** Bytes to a radiograph, by the format that their beginning tells; a file's name is never asked. */

import { readDicom } from './dicom';
import { metaPlace, text } from './dicom_elements';
import { type JpegModule, readJpeg } from './jpeg';
import { readPng } from './png';
import { MAX_BYTES, type Radiograph, Refusal } from './radiograph';

/** Decoders in WebAssembly, each loaded with the page. */
export interface Codecs {
  readonly jpeg: JpegModule;
}

const BEGINS = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpeg: [0xff, 0xd8, 0xff],
  tiff: [0x49, 0x49, 0x2a, 0x00],
  tiffBig: [0x4d, 0x4d, 0x00, 0x2a],
  bmp: [0x42, 0x4d],
  webp: [0x52, 0x49, 0x46, 0x46],
} as const;

export async function decode(data: Uint8Array, codecs: Codecs): Promise<Radiograph> {
  if (!data.length) throw new Refusal('empty');
  if (data.length > MAX_BYTES) throw new Refusal('too-large', `${data.length} bytes`);
  const begins = (kind: keyof typeof BEGINS) => BEGINS[kind].every((byte, k) => data[k] === byte);
  if (begins('png')) return readPng(data);
  if (begins('jpeg')) return readJpeg(codecs.jpeg, data);
  const meta = metaPlace(data);
  if (meta !== null) return readDicom(data, meta, codecs.jpeg);
  // Without a meta group the first elements would have to tell how the file is encoded.
  const letters = (place: number) => text(data.subarray(place, place + 4)) === 'DICM';
  const bare = letters(0) || letters(128) || (data[0] === 8 && data[1] === 0) || (data[0] === 0 && data[1] === 8);
  if (bare || (['tiff', 'tiffBig', 'bmp', 'webp'] as const).some(begins)) throw new Refusal('not-here');
  throw new Refusal('not-an-image');
}
