import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { readCbor, readCborMap } from './cbor.ts';
import { readAuthenticatorData } from './authenticator-data.ts';

const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const read = (hex: string) => readCbor(bytes(hex))?.value;

describe('CBOR of an authenticator', () => {
  it.each([
    ['00', 0],
    ['1818', 24],
    ['1a00010000', 65_536],
    ['1b0000000100000000', 4_294_967_296],
    ['26', -7],
    ['390100', -257],
    ['6161', 'a'],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['820120', [1, -1]],
  ])('%s is read', (hex, value) => {
    expect(read(hex)).toEqual(value);
  });

  it('has maps by their keys', () => {
    expect(read('a2 01 02 6161 4101')).toEqual(
      new Map<unknown, unknown>([
        [1, 2],
        ['a', bytes('01')],
      ]),
    );
  });

  it.each([
    ['nothing', ''],
    ['a truncated number', '1900'],
    ['a truncated text', '6361'],
    ['a truncated list', '8201'],
    ['a map without its last value', 'a101'],
    ['a list of four thousand million', '9affffffff'],
    ['bytes longer than memory', '5bffffffffffffffff00'],
    ['a list of no given length', '9f01ff'],
    ['a text of no given length', '7f6161ff'],
    ['a tag', 'c100'],
    ['a fraction', 'f93c00'],
    ['undefined', 'f7'],
    ['no UTF-8', '61ff'],
    ['a key twice', 'a201020102'],
    ['a key twice in two lengths', 'a20102180102'],
    ['a list as a key', 'a18001'],
    ['five deep', '8181818181 00'],
  ])('is not %s', (_name, hex) => {
    expect(readCbor(bytes(hex))).toBeUndefined();
  });

  it('is four deep at most', () => {
    expect(read('81818181 00')).toEqual([[[[0]]]]);
    expect(readCbor(Buffer.alloc(60_000, 0x81))).toBeUndefined();
  });

  it('has 64 KiB at most', () => {
    const long = (length: number): Buffer => Buffer.concat([bytes('5a'), lengthOf(length), Buffer.alloc(length)]);
    expect(readCbor(long(65_531))?.end).toBe(65_536);
    expect(readCbor(long(65_532))).toBeUndefined();
  });

  it('has nothing behind it', () => {
    expect(readCborMap(bytes('a0'))).toEqual(new Map());
    expect(readCborMap(bytes('a000'))).toBeUndefined();
    expect(readCborMap(bytes('80'))).toBeUndefined();
  });

  it('is read or refused, whatever it is', () => {
    const anything = fc.uint8Array({ maxLength: 300 });
    const reads = fc.property(anything, fc.boolean(), (some, attested) => {
      readAuthenticatorData(Buffer.from(some), attested);
      const end = readCbor(Buffer.from(some))?.end ?? 0;
      return end <= some.length;
    });
    expect(fc.check(reads, { numRuns: 20_000 }).failed).toBe(false);
  });
});

function lengthOf(length: number): Buffer {
  const written = Buffer.alloc(4);
  written.writeUInt32BE(length);
  return written;
}
