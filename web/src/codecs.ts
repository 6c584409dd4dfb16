/**
 * Decoders in WebAssembly: all come with the page, each is started when a file first needs it.
 *
 * None is asked of the host later, so that nobody learns from the requests what kinds of files are judged.
 */

import { Refusal } from './radiograph';
import { type Picture, picture } from './resize';
import type { WebpExports } from './webp';

/** What the Emscripten modules of libjpeg-turbo, OpenJPEG and CharLS offer alike. */
export interface StreamDecoder {
  getEncodedBuffer(bytes: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): { width: number; height: number; componentCount: number; bitsPerSample: number };
  /** Of JPEG-LS: 0, where each component stands by itself. */
  getInterleaveMode?(): number;
  delete(): void;
}
export type DecoderKind = new () => StreamDecoder;

export interface Codecs {
  readonly jpeg: DecoderKind;
  readonly jpeg2000: () => Promise<DecoderKind>;
  readonly jpegLs: () => Promise<DecoderKind>;
  readonly webp: () => Promise<WebpExports>;
}

type Module = Readonly<Record<'JPEGDecoder' | 'J2KDecoder' | 'JpegLSDecoder', DecoderKind>>;
type Start = (options: object) => Promise<Module>;

/** What `decoders.js` declares. */
interface Declared {
  readonly libjpegturbowasm_decode: Start;
  readonly OpenJPEGWASM: Start;
  readonly CharLSWASM: Start;
}

/** All decoders, by a way to get the files that lie beside this one; `decoders.js` has run. */
export async function loadCodecs(bytes: (name: string) => Promise<Uint8Array>): Promise<Codecs> {
  const scope = globalThis as unknown as Declared;
  const [jpeg, jpeg2000, jpegLs, webp] = await Promise.all(
    ['jpeg.wasm', 'jpeg2000.wasm', 'jpegls.wasm', 'webp.wasm'].map(bytes));
  const quiet = () => undefined;
  const started = (start: Start, wasmBinary: Uint8Array) => start({ wasmBinary, print: quiet, printErr: quiet });
  return {
    jpeg: (await started(scope.libjpegturbowasm_decode, jpeg!)).JPEGDecoder,
    jpeg2000: once(async () => (await started(scope.OpenJPEGWASM, jpeg2000!)).J2KDecoder),
    jpegLs: once(async () => (await started(scope.CharLSWASM, jpegLs!)).JpegLSDecoder),
    webp: once(async () => webpOf(webp!)),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => made ??= make();
}

/** libwebp has no JavaScript around it; what it would call of a system is never called. */
async function webpOf(binary: Uint8Array): Promise<WebpExports> {
  const never = () => { throw new Error('a call to the system'); };
  const system = { fd_close: never, fd_seek: never, fd_write: never };
  const { instance } = await WebAssembly.instantiate(
    binary as BufferSource, { wasi_snapshot_preview1: system });
  return instance.exports as unknown as WebpExports;
}

/** One compressed picture: samples of up to 8 bits as bytes, of more as words, of which only the bits count. */
export function decodedStream(kind: DecoderKind, data: Uint8Array): Picture<Uint8Array | Uint16Array> {
  const decoder = new kind();
  try {
    decoder.getEncodedBuffer(data.length).set(data);
    decoder.decode();
    const { width, height, componentCount: channels, bitsPerSample } = decoder.getFrameInfo();
    const bytes = new Uint8Array(decoder.getDecodedBuffer());
    const samples = bitsPerSample > 8 ? new Uint16Array(bytes.buffer) : bytes;
    if (samples.length !== width * height * channels) throw new Refusal('damaged', 'length');
    const planes = channels > 1 && decoder.getInterleaveMode?.() === 0;
    return picture(planes ? interleaved(samples, channels) : samples, width, height, channels);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal('damaged', String(error));
  } finally {
    decoder.delete();
  }
}

/** Planes, one after the other, as samples by row, column and channel. */
export function interleaved<T extends Uint8Array | Uint16Array>(planes: T, channels: number): T {
  const count = planes.length / channels;
  const result = planes.slice() as T;
  for (let k = 0, at = 0; k < count; k++) {
    for (let c = 0; c < channels; c++) result[at++] = planes[c * count + k]!;
  }
  return result;
}
