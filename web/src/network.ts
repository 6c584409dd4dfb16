/** The published network by LiteRT in WebAssembly: prepared pixels in, probabilities and maps out. */

import { type CompiledModel, Tensor, loadAndCompile, loadLiteRt } from '@litertjs/core';

import { type Picture, picture } from './resize';

export interface Outputs {
  /** In the order of the classes. */
  readonly probabilities: Float64Array;
  /** Feature maps before pooling, where the network has a convolution. */
  readonly features: Picture<Float32Array> | null;
}

export class Network {
  private constructor(
    private readonly model: CompiledModel, private readonly input: string,
    private readonly shape: number[],
  ) {}

  /** The processor alone: graphics cards compute wrong on some devices. */
  static async load(runtime: string, model: Uint8Array): Promise<Network> {
    await loadLiteRt(runtime);
    const compiled = await loadAndCompile(model, { accelerator: 'wasm' });
    const entry = compiled.getInputDetails()[0]!;
    return new Network(compiled, entry.name, Array.from(entry.shape));
  }

  async run(pixels: Picture<Uint8Array>): Promise<Outputs> {
    const entry = new Tensor(Float32Array.from(pixels.data), this.shape);
    let outputs: Record<string, Tensor> = {};
    try {
      outputs = await this.model.run({ [this.input]: entry });
      const details = this.model.getOutputDetails();
      const maps = outputs.features;
      const shape = details.find((one) => one.name === 'features')?.shape;
      return {
        probabilities: Float64Array.from(outputs.probabilities!.toTypedArray() as Float32Array),
        features: maps && shape ? picture(
          (maps.toTypedArray() as Float32Array).slice(), shape[2]!, shape[1]!, shape[3]!) : null,
      };
    } finally {
      entry.delete();
      for (const one of Object.values(outputs)) one.delete();
    }
  }
}

/** Each map's mean. */
export function averaged(features: Picture<Float32Array>): Float64Array {
  const { data, channels } = features;
  const sums = new Float64Array(channels);
  for (let k = 0; k < data.length;) {
    for (let c = 0; c < channels; c++, k++) sums[c] = sums[c]! + data[k]!;
  }
  return sums.map((sum) => sum / (data.length / channels));
}
