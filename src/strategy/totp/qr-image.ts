import { crc32, deflateSync } from 'node:zlib';

/** Pixels of a side. */
export const QR_SIZE = 256;
/** Modules of white around the code (ISO/IEC 18004, section 9.1). */
const QUIET = 4;

/** A QR code as `data:image/png;base64,`; 256 by 256 pixels. */
export async function qrImage(text: string): Promise<string> {
  const { encode } = await import('uqr');
  const { data, size } = encode(text, { ecc: 'L', border: 0 });
  const scale = Math.max(1, Math.floor(QR_SIZE / (size + 2 * QUIET)));
  const margin = Math.floor((QR_SIZE - size * scale) / 2);
  const dark = (x: number, y: number): boolean =>
    data[Math.floor((y - margin) / scale)]?.[Math.floor((x - margin) / scale)] === true;
  return `data:image/png;base64,${png(dark).toString('base64')}`;
}

/** A picture of one bit a pixel (PNG, third edition): black where `dark` says so. */
function png(dark: (x: number, y: number) => boolean): Buffer {
  const line = 1 + QR_SIZE / 8;
  const pixels = Buffer.alloc(QR_SIZE * line);
  for (let y = 0; y < QR_SIZE; y += 1)
    for (let x = 0; x < QR_SIZE; x += 1) {
      const at = y * line + 1 + (x >> 3);
      if (!dark(x, y)) pixels[at] = (pixels[at] ?? 0) | (0x80 >> (x & 7));
    }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(QR_SIZE, 0);
  header.writeUInt32BE(QR_SIZE, 4);
  header[8] = 1; // bits of a pixel; the rest is 0: grey, and the only methods there are
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND')]);
}

function chunk(type: string, data = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
