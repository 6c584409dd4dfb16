/** Bytes to a radiograph, by the format that their beginning tells; a file's name is never asked. */

import { isBmp, readBmp } from './bmp';
import type { Codecs } from './codecs';
import { readDicom } from './dicom';
import { bodyOf } from './dicom_begin';
import { readJpeg } from './jpeg';
import { readPng } from './png';
import { MAX_BYTES, type Radiograph, Refusal } from './radiograph';
import { isTiff, readTiff } from './tiff';
import { readWebp } from './webp';

const BEGINS = {
  png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  jpeg: [0xff, 0xd8, 0xff],
  webp: [0x57, 0x45, 0x42, 0x50],
} as const;

export async function decode(data: Uint8Array, codecs: Codecs): Promise<Radiograph> {
  if (!data.length) throw new Refusal('empty');
  if (data.length > MAX_BYTES) throw new Refusal('too-large', `${data.length} bytes`);
  try {
    return await decoded(data, codecs);
  } catch (error) {
    // A value beyond the end of the file.
    throw error instanceof RangeError && /bounds/i.test(error.message) ? new Refusal('damaged', 'cut off') : error;
  }
}

async function decoded(data: Uint8Array, codecs: Codecs): Promise<Radiograph> {
  const begins = (kind: keyof typeof BEGINS, place = 0) => BEGINS[kind].every((byte, k) => data[place + k] === byte);
  const body = bodyOf(data); // first: in its preamble another format may begin (PS3.10, 7.1)
  if (body) return readDicom(data, body, codecs);
  if (begins('png')) return readPng(data);
  if (begins('jpeg')) return readJpeg(codecs.jpeg, data);
  if (isTiff(data)) return readTiff(data);
  if (begins('webp', 8)) return readWebp(await codecs.webp(), data);
  if (isBmp(data)) return readBmp(data);
  throw new Refusal('not-an-image');
}
