/** WebP by libwebp, the decoder of training; its parts are looked at before anything is decoded. */

import { orientation, turned } from './exif';
import { text } from './dicom_elements';
import { overBlack } from './png';
import { type Radiograph, Refusal, checkSize, greyIfEqual, radiograph } from './radiograph';
import { picture } from './resize';

/** What the WebAssembly of libwebp offers. */
export interface WebpExports {
  readonly memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(place: number): void;
  WebPDecodeRGBA(data: number, bytes: number, width: number, height: number): number;
}

const ANIMATION = 0x02, ALPHA = 0x10;
const EXTENDED = 'VP8X', LOSSLESS = 'VP8L';

interface Container {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
  readonly exif: Uint8Array;
}

/** RFC 9649, 2.5 to 2.7. */
function container(data: Uint8Array): Container {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let width = 0, height = 0, alpha = false, exif = new Uint8Array(0);
  for (let place = 12; place + 8 <= data.length;) {
    const name = text(data.subarray(place, place + 4)), length = view.getUint32(place + 4, true);
    const body = data.subarray(place + 8, place + 8 + length);
    if (name === EXTENDED && body.length >= 10) {
      if (body[0]! & ANIMATION) throw new Refusal('several-frames');
      alpha = (body[0]! & ALPHA) !== 0;
    } else if (name === 'VP8 ' && body.length >= 10 && !width) {
      width = (body[6]! | (body[7]! << 8)) & 0x3fff;
      height = (body[8]! | (body[9]! << 8)) & 0x3fff;
    } else if (name === LOSSLESS && body.length >= 5 && !width) {
      const bits = view.getUint32(place + 9, true);
      width = (bits & 0x3fff) + 1;
      height = ((bits >>> 14) & 0x3fff) + 1;
      alpha ||= (bits & 0x10000000) !== 0;
    } else if (name === 'EXIF') exif = Uint8Array.from(body);
    place += 8 + length + (length & 1);
  }
  return { width, height, alpha, exif };
}

export function readWebp(webp: WebpExports, data: Uint8Array): Radiograph {
  const { width, height, alpha, exif } = container(data);
  checkSize(width, height);
  const place = webp.malloc(data.length), sides = webp.malloc(8);
  new Uint8Array(webp.memory.buffer, place, data.length).set(data);
  const found = webp.WebPDecodeRGBA(place, data.length, sides, sides + 4);
  const [wide, tall] = new Uint32Array(webp.memory.buffer, sides, 2);
  webp.free(place);
  webp.free(sides);
  if (!found) throw new Refusal('damaged', 'WebP');
  const same = wide === width && tall === height;
  const samples = same ? new Uint8Array(webp.memory.buffer, found, width * height * 4).slice() : null;
  webp.free(found);
  if (!samples) throw new Refusal('damaged', 'size');
  if (!alpha) for (let k = 3; k < samples.length; k += 4) samples[k] = 255;
  const pixels = greyIfEqual(overBlack(picture(samples, width, height, 4), 8));
  return radiograph(turned(pixels, orientation(exif)), 8, 'WebP');
}
