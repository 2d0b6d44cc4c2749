import { createContext, runInContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { WEBAUTHN_SCRIPT } from './webauthn-script.ts';

const NAMES = [
  'oryPasskeyLogin',
  'oryPasskeyLoginAutocompleteInit',
  'oryPasskeyRegistration',
  'oryPasskeySettingsRegistration',
  'oryWebAuthnLogin',
  'oryWebAuthnRegistration',
];

/** A window that has run the script so many times, and the events it was told. */
function loaded(times: number, browser: Record<string, unknown>) {
  const told: string[] = [];
  const window: Record<string, unknown> = { ...browser, dispatchEvent: ({ type }: Event) => told.push(type) };
  const context = createContext({ window, CustomEvent });
  for (let i = 0; i < times; i += 1) runInContext(WEBAUTHN_SCRIPT, context);
  return { window, told };
}

describe('the script for passkeys and security keys', () => {
  test('defines each function under its name and the older one, and says when it has', () => {
    const { window, told } = loaded(1, { PublicKeyCredential: {} });
    const functions = Object.keys(window).filter(
      (name) => /^(?:__)?ory[PW]/.test(name) && name !== '__oryWebAuthnInitialized',
    );
    expect(functions.toSorted()).toEqual([...NAMES.map((name) => `__${name}`), ...NAMES].toSorted());
    for (const name of NAMES) expect(window[name]).toBe(window[`__${name}`]);
    expect(window['__oryWebAuthnInitialized']).toBe(true);
    expect(told).toEqual(['oryWebAuthnInitialized']);
  });

  test('does nothing the second time', () => {
    expect(loaded(2, { PublicKeyCredential: {} }).told).toEqual(['oryWebAuthnInitialized']);
  });

  test('defines nothing in a browser that has no such credentials', () => {
    const { window, told } = loaded(1, {});
    expect(Object.keys(window)).toEqual(['dispatchEvent']);
    expect(told).toEqual([]);
  });
});
