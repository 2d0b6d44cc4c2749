import { inflateSync } from 'node:zlib';
import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { writeKeyUri } from './key-uri.ts';
import { QR_SIZE, qrImage } from './qr-image.ts';

const LINE = 1 + QR_SIZE / 8;

/** Whether a pixel of the picture is black. */
async function pixelsOf(text: string): Promise<(x: number, y: number) => boolean> {
  const [, base64 = ''] = (await qrImage(text)).split('data:image/png;base64,');
  const png = Buffer.from(base64, 'base64');
  expect([png.toString('latin1', 12, 16), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(['IHDR', 256, 256]);
  const start = png.indexOf('IDAT');
  const pixels = inflateSync(png.subarray(start + 4, start + 4 + png.readUInt32BE(start - 4)));
  return (x, y) => ((pixels[y * LINE + 1 + (x >> 3)] ?? 0) & (0x80 >> (x & 7))) === 0;
}

test.each([1, 128])(
  'the picture shows every module of the code, with white around it: a name of %d',
  async (length) => {
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    const text = writeKeyUri({ issuer: 'Shop', account: '%'.repeat(length), secret });
    const black = await pixelsOf(text);
    const { data, size } = encode(text, { ecc: 'L', border: 0 });
    const scale = Math.floor(QR_SIZE / (size + 8));
    const margin = Math.floor((QR_SIZE - size * scale) / 2);
    const at = (module: number): number => margin + module * scale + Math.floor(scale / 2);
    const shown = data.map((row, y) => row.map((_, x) => black(at(x), at(y))));
    expect(shown).toEqual(data);
    expect([margin >= 4 * scale, black(margin - 1, margin), black(margin, margin)]).toEqual([true, false, true]);
  },
);
