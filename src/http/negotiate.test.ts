import { describe, expect, test } from 'vitest';
import { isBrowserRequest, isJsonRequest, wantsJson } from './negotiate.ts';

const CHROME = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const JSON_TYPE = 'application/json';

describe('what a request asks for', () => {
  test.each([
    // accept, content type, prefers JSON (N1), is JSON (N2), is a browser (N3)
    [undefined, undefined, false, false, true],
    ['', undefined, false, false, true],
    ['*/*', undefined, false, false, true],
    ['*/*', JSON_TYPE, false, true, true],
    ['*/*', 'application/json; charset=utf-8', false, false, true],
    [undefined, JSON_TYPE, false, true, true],
    [undefined, 'Application/JSON', false, false, true],
    [JSON_TYPE, undefined, true, true, false],
    ['APPLICATION/JSON', undefined, true, true, false],
    ['application/json, text/plain, */*', undefined, true, true, false],
    ['application/json;q=0.9, */*;q=0.8', undefined, true, true, false],
    ['application/json;q=0.5, */*;q=0.8', undefined, false, false, true],
    [CHROME, undefined, false, false, true],
    [CHROME, 'application/x-www-form-urlencoded', false, false, true],
    ['text/html, application/json', undefined, false, false, true],
    ['application/json, text/html', undefined, false, false, true],
    ['application/json, text/html;q=0.9', undefined, true, true, false],
    ['text/html;q=0.9, application/json;q=1.0', undefined, true, true, false],
    ['application/*', undefined, true, true, false],
    ['text/*', undefined, false, false, true],
    ['text/plain', undefined, false, false, true],
    ['image/png', undefined, false, false, true],
    ['application/json;q=0', undefined, false, false, true],
    ['application/json;q=nonsense', undefined, false, false, true],
    ['application/problem+json', undefined, false, false, true],
    ['text/html;q=0, application/json;q=0.1', undefined, true, true, false],
    [' , ;q=1, application/json', undefined, true, true, false],
  ])('Accept %j, Content-Type %j', (accept, contentType, n1, n2, n3) => {
    const asking = { get: (name: string) => (name === 'Accept' ? accept : contentType) ?? '' };
    expect([wantsJson(asking), isJsonRequest(asking), isBrowserRequest(asking)]).toEqual([n1, n2, n3]);
  });
});
