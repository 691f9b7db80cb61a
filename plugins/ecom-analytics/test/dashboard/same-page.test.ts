import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../dashboard/same-page.ts';

const own = 'http://127.0.0.1:4600';
const origins = new Set([own, 'http://localhost:4600']);
const json = { 'content-type': 'application/json' };

describe('a request that changes something', () => {
  it.each([
    ['of the page', { ...json, origin: own, 'sec-fetch-site': 'same-origin' }],
    ['of the page by its other name', { ...json, origin: 'http://LOCALHOST:4600' }],
    ['with a charset', { origin: own, 'content-type': 'application/json; charset=utf-8' }],
  ])('is taken: %s', (_, headers) => {
    expect(refusalOf(headers, true, origins)).toBeNull();
  });

  it.each([
    ['of another site', { ...json, origin: 'https://evil.example' }],
    ['of another port of this machine', { ...json, origin: 'http://127.0.0.1:8080' }],
    ['of a sandboxed frame or a file', { ...json, origin: 'null' }],
    ['that does not say where it is from', { ...json }],
    ['of a site that the browser tells apart', { ...json, origin: own, 'sec-fetch-site': 'cross-site' }],
    ['that was typed in', { ...json, origin: own, 'sec-fetch-site': 'none' }],
    ['that a form can send', { origin: own, 'content-type': 'text/plain' }],
    ['without a type', { origin: own }],
  ])('is refused: %s', (_, headers) => {
    expect(refusalOf(headers, true, origins)).toMatch(/\.$/);
  });
});

describe('a request that asks', () => {
  it.each([{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, { origin: own }])(
    'is answered with %j',
    (headers) => {
      expect(refusalOf(headers, false, origins)).toBeNull();
    },
  );

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
  ])('is refused with %j', (headers) => {
    expect(refusalOf(headers, false, origins)).not.toBeNull();
  });
});
