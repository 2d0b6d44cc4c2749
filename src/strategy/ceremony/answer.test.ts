import { describe, expect, it } from 'vitest';
import { parseAssertionAnswer, parseRegistrationAnswer } from './answer.ts';
import { decodeBase64Url } from './base64url.ts';

const MADE = {
  id: 'AAEC',
  rawId: 'AAEC',
  type: 'public-key',
  response: { clientDataJSON: 'AA', attestationObject: 'AA' },
};
const SIGNED = {
  ...MADE,
  response: { clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA', userHandle: 'AA' },
};
const made = (value: unknown) => parseRegistrationAnswer(JSON.stringify(value));
const signed = (value: unknown) => parseAssertionAnswer(JSON.stringify(value));

describe('an answer in a field of a form', () => {
  it('is read', () => {
    expect(made(MADE)).toEqual({
      answer: { id: 'AAEC', clientDataJSON: 'AA', attestationObject: 'AA', transports: [] },
    });
    expect(signed(SIGNED)).toEqual({
      answer: { id: 'AAEC', clientDataJSON: 'AA', authenticatorData: 'AA', signature: 'AA', userHandle: 'AA' },
    });
  });

  it.each([undefined, '', 'true', '"AAEC"', '[]', 'null', '{'])('is none: %s', (text) => {
    expect(parseRegistrationAnswer(text)).toBeUndefined();
    expect(parseAssertionAnswer(text)).toBeUndefined();
  });

  it.each([
    {},
    { ...MADE, id: '' },
    { ...MADE, id: 'AAED' },
    { ...MADE, id: 'AAE=', rawId: 'AAE=' },
    { ...MADE, id: 'AAF', rawId: 'AAF' },
    { ...MADE, id: 7, rawId: 7 },
    { ...MADE, type: 'password' },
    { ...MADE, response: 'AA' },
    { ...MADE, response: { clientDataJSON: 'AA' } },
    { ...MADE, response: { ...MADE.response, attestationObject: 'A+/=' } },
    { ...MADE, response: { ...MADE.response, attestationObject: 'A'.repeat(87_384) } },
    { ...MADE, more: 'x'.repeat(300_000) },
  ])('is broken (%#)', (value) => {
    expect(made(value)).toEqual({ answer: 'broken' });
    expect(signed(value)).toEqual({ answer: 'broken' });
  });

  it('tells no user handle in four ways, and none that is no text', () => {
    const answers = [undefined, null, ''].map((userHandle) =>
      signed({ ...SIGNED, response: { ...SIGNED.response, userHandle } }),
    );
    expect(answers.map((each) => each?.answer)).toEqual(
      answers.map(() => expect.objectContaining({ userHandle: undefined })),
    );
    expect(signed({ ...SIGNED, response: { ...SIGNED.response, userHandle: 7 } })).toEqual({ answer: 'broken' });
  });

  it('tells its transports here or there, and nothing else with them', () => {
    const told = ['usb', 'usb', 7, 'Über Land', 'hybrid'];
    const expected = { answer: expect.objectContaining({ transports: ['usb', 'hybrid'] }) };
    expect(made({ ...MADE, transports: told })).toEqual(expected);
    expect(made({ ...MADE, response: { ...MADE.response, transports: told } })).toEqual(expected);
  });
});

describe('base64url', () => {
  it('has one spelling', () => {
    expect(decodeBase64Url('-_8')).toEqual(Buffer.from([0xfb, 0xff]));
    for (const text of ['-_8=', '+/8', '-_9', 'A', ' AA', 'AA\n', undefined, 7])
      expect(decodeBase64Url(text)).toBeUndefined();
  });
});
