/** The X-ray on black with its heat map: zoom, a part of it, grey levels, inverted. */

import { element } from './elements';
import type { Judged } from './judge';

interface Look {
  zoom: number;
  across: number;
  down: number;
  low: number;
  high: number;
  inverted: boolean;
  opacity: number;
}

const OPACITY = 0.4;
const SIDE = 720;

/**
 * @param heatOf What the heat map is of; nothing where there is none.
 * @param about What such a map is, and is not.
 */
export function film(judged: Judged, name: string, heatOf: string, about: string): HTMLElement {
  const white = 2 ** judged.bitDepth - 1;
  const look: Look = { zoom: 1, across: 0.5, down: 0.5, low: 0, high: white, inverted: false, opacity: OPACITY };
  const { width, height } = judged.shown;
  const scale = Math.min(2, SIDE / Math.max(width, height));
  const canvas = element('canvas', {
    width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)),
    role: 'img', 'aria-label': `The X-ray${heatOf ? `, with a heat map of ${heatOf} laid over it` : ''}`,
  });
  const draw = () => paint(canvas, judged, look, Boolean(heatOf));
  const slider = (label: string, key: 'zoom' | 'across' | 'down' | 'low' | 'high' | 'opacity',
    min: number, max: number, step: number) => {
    const input = element('input', {
      type: 'range', min, max, step, value: look[key], 'aria-label': label,
      on: { input: () => { look[key] = Number(input.value); draw(); } },
    });
    return element('label', { class: 'slider' }, label, input);
  };
  const invert = element('input', {
    type: 'checkbox', on: { change: () => { look.inverted = invert.checked; draw(); } },
  });
  draw();
  return element('figure', { class: 'film', 'data-milliseconds': judged.milliseconds.toFixed(1) }, canvas,
    element('figcaption', {}, element('bdi', {}, name), element('span', { class: 'quiet' }, judged.facts)),
    heatOf ? slider(`Heat map: ${heatOf}`, 'opacity', 0, 1, 0.05) : null,
    heatOf ? element('p', { class: 'quiet' }, about) : null,
    element('details', { class: 'no-print' }, element('summary', {}, 'Zoom and grey levels'),
      slider('Zoom', 'zoom', 1, 8, 0.5), slider('Left to right', 'across', 0, 1, 0.05),
      slider('Top to bottom', 'down', 0, 1, 0.05),
      slider('Black below', 'low', 0, white, Math.max(1, white >> 8)),
      slider('White above', 'high', 0, white, Math.max(1, white >> 8)),
      element('label', {}, invert, 'Invert black and white'),
      element('p', { class: 'quiet' }, 'The network always sees all levels.')));
}

function paint(canvas: HTMLCanvasElement, judged: Judged, look: Look, heat: boolean): void {
  const { shown } = judged;
  const context = canvas.getContext('2d')!;
  const wide = shown.width / look.zoom, tall = shown.height / look.zoom;
  const left = (shown.width - wide) * look.across, top = (shown.height - tall) * look.down;
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(windowed(judged, look), left, top, wide, tall, 0, 0, canvas.width, canvas.height);
  if (!heat || !judged.heat || look.opacity === 0) return;
  const [x, y, w, h] = judged.seen;
  const toCanvas = canvas.width / wide, toRow = canvas.height / tall;
  context.globalAlpha = look.opacity;
  context.drawImage(coloured(judged), (x * shown.width - left) * toCanvas, (y * shown.height - top) * toRow,
    w * shown.width * toCanvas, h * shown.height * toRow);
  context.globalAlpha = 1;
}

function offscreen(width: number, height: number, fill: (data: Uint8ClampedArray) => void): HTMLCanvasElement {
  const canvas = element('canvas', { width, height });
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(width, height);
  fill(image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}

function windowed({ shown }: Judged, look: Look): HTMLCanvasElement {
  const span = Math.max(1, look.high - look.low);
  return offscreen(shown.width, shown.height, (data) => {
    for (let k = 0; k < shown.width * shown.height; k++) {
      for (let c = 0; c < 3; c++) {
        const value = shown.data[k * shown.channels + (shown.channels === 3 ? c : 0)]!;
        const level = Math.min(255, Math.max(0, ((value - look.low) * 255) / span));
        data[4 * k + c] = look.inverted ? 255 - level : level;
      }
      data[4 * k + 3] = 255;
    }
  });
}

/** From nothing over red and yellow to white; what does not matter is clear. */
function coloured({ heat, prepared }: Judged): HTMLCanvasElement {
  return offscreen(prepared.width, prepared.height, (data) => {
    heat!.forEach((value, k) => {
      data[4 * k] = 255 * Math.min(1, 3 * value);
      data[4 * k + 1] = 255 * Math.min(1, Math.max(0, 3 * value - 1));
      data[4 * k + 2] = 255 * Math.min(1, Math.max(0, 3 * value - 2));
      data[4 * k + 3] = 255 * Math.min(1, 2 * value);
    });
  });
}
