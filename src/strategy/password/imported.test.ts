import { createHash } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { shaCrypt } from './crypt.ts';
import { importedFormat } from './imported.ts';
import { hmacMd4, md4 } from './md4.ts';

const VECTORS = String.raw`
$md5$fuSM08IiPyNVwlW/HSRSVg==
$md5$pf=e1NBTFR9OntQQVNTV09SRH0=$YWJjMTIz$DgvTqmolRh9jZg/67+ZSLA==
$sha1$pf=e1NBTFR9OntQQVNTV09SRH0=$YWJjMTIz$sUz9dV1RHWfvOkXh3nKsc/3m7Bc=
$sha256$pf=e1NBTFR9OntQQVNTV09SRH0=$YWJjMTIz$BBpCtbHHYWj+CPn4sb9UlnGjjak8Bo/iCzDXpSgaP5Q=
$sha512$pf=e1NBTFR9OntQQVNTV09SRH0=$YWJjMTIz$wnnI9P/52gZxZN1xRcMRtePrfuGjzEV0QcQtz6NOKnzwqs3Mi+QZ7ZnjGxUua7xHzMaOtskkyiwOmeGE/EZsBg==
{SSHA}1+umOGCTloxdSgO/c7SKM+fqkJthYmMx
{SSHA256}LeCJs/fyNegdb+FqAXGibH6ncOrVOhoquzauW+Bn3VVhYmMx
{SSHA512}spfgBFUiXPB2dY2xuOmGDCYJ+c6JIAFerSSvUlC1/aSXq2nakEqVLGqW8JU/ImJRFoWSlNvPWclTBpw+W8nIQGFiYzE=
$hmac-md5$YTk0ZTdlN2M2NzdkYjMzZDQxOWM2NDFhMDdhOGFlN2U=$a2V5LTk=
$hmac-sha256$YmE5MDkxM2VkNTQ0NWZlZTZiYzlkN2Y4ODdiYTE2Y2U4NDU3MjQwZTM0NmRiNWIxZGZiNGQyYWJkNDc1NGE4NQ==$a2V5LTk=
$pbkdf2-sha1$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$750462hQOYy7zYWbtmeGDEVD07XGrRsBlypsGdRaSCQ
$pbkdf2-sha224$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$uoGZH7ytYXcivgrl3P32q01THdZ7F1y+0u88pi8H1y4
$pbkdf2-sha256$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$gdjioAJ+G0V4EGV/DviOAidKLfnD6W4ccCdkTGEN2Ic
$pbkdf2-sha384$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$jsMKEk+bNunYeO/sk44tRdU3PW7tnOEue1xIkwhg7oQ
$pbkdf2-sha512$i=1000,l=32$cGVwcGVyLWFuZC1zYWx0IQ$zNHmGTJ2KOiI0pYuQs8KRBNB2Sdty6hAn1vG70ZxFks
$scrypt$ln=1024,r=8,p=1$cGVwcGVyLWFuZC1zYWx0IQ==$WxTd5pfkpHdEQ1DpdMJck8FknYtcOEdoci7wY6Vf5ME=
$firescrypt$ln=10,r=8,p=1$cGVwcGVyLWFuZC1zYWx0IQ==$onc/KogSvJ/xKLR58Evudx6qIe+3SSLlKLSFqLoxM+QIqlqQ+LYJFyY8eNI4E1pXhUThWyto28T+xbR8ZLNiTw==$Bw==$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==
$md5-crypt$abcdefgh$/yGXmKcVAKoEyabnukt1J0
$sha256-crypt$abcdefgh$yvnUduFuVFrLfiWeHLFzcFiG2zShzCq3EL2dL.4IKu8
$sha512-crypt$abcdefgh$FGLCdtPLKHe.3kVAKRRHaEAzLOUmngYUWvsQ/62Hu9po5XiQhz8.xdDgP9EZbiU3QeZs4LnHbxn.VVX/VXQY00
`
  .trim()
  .split('\n');

describe('a hash made elsewhere', () => {
  test.each(VECTORS)('%s is verified, and only with its password', async (hash) => {
    const imported = importedFormat(hash);
    expect(await imported?.check('sallyport-1')).toBe(true);
    expect(await imported?.check('sallyport-2')).toBe(false);
    expect(await imported?.check('')).toBe(false);
  });

  test.each([
    ['too many rounds of PBKDF2', '$pbkdf2-sha256$i=10000001,l=32$c2FsdA$c2FsdA'],
    ['no round of PBKDF2', '$pbkdf2-sha256$i=0,l=32$c2FsdA$c2FsdA'],
    ['too much memory for scrypt', '$scrypt$ln=262144,r=8,p=1$c2FsdA==$c2FsdA=='],
    ['too large blocks for scrypt', '$scrypt$ln=1024,r=9,p=1$c2FsdA==$c2FsdA=='],
    ['a cost of scrypt that is no power of two', '$scrypt$ln=1000,r=8,p=1$c2FsdA==$c2FsdA=='],
    ['too much memory for Firebase', '$firescrypt$ln=18,r=8,p=1$c2FsdA==$c2FsdA==$Bw==$AAEC'],
    ['SSHA without salt', `{SSHA}${Buffer.alloc(20).toString('base64')}`],
    ['an unknown digest', '$hmac-whirlpool$c2FsdA==$c2FsdA=='],
    ['something else', 'plain text'],
    ['something endless', `$md5$${'A'.repeat(2_000)}`],
  ])('with %s is not taken', (_, hash) => {
    expect(importedFormat(hash)).toBeUndefined();
  });

  test('says how much memory a check takes', () => {
    expect(importedFormat('$scrypt$ln=131072,r=8,p=1$c2FsdA==$c2FsdA==')?.memory).toBe(131_072);
    expect(importedFormat('$firescrypt$ln=17,r=8,p=1$c2FsdA==$c2FsdA==$Bw==$AAEC')?.memory).toBe(131_072);
    expect(importedFormat(VECTORS[0] ?? '')?.memory).toBe(0);
  });

  test.each(VECTORS.filter((hash) => hash.includes('-crypt$')))(
    '%s is computed beside the thread that answers requests',
    async (hash) => {
      let settled = false;
      const checked = importedFormat(hash)
        ?.check('sallyport-1')
        .then((matches) => {
          settled = true;
          return matches;
        });
      // What this thread computed itself would be done before the loop turns.
      await new Promise((resolve) => setImmediate(resolve));
      expect(settled).toBe(false);
      expect(await checked).toBe(true);
    },
  );

  test('as many at once as there are keep to their own passwords', async () => {
    const hash = VECTORS.find((each) => each.startsWith('$sha256-crypt$')) ?? '';
    const passwords = Array.from({ length: 12 }, (_, n) => `sallyport-${n}`);
    const all = await Promise.all(passwords.map(async (password) => importedFormat(hash)?.check(password)));
    expect(all).toEqual(passwords.map((password) => password === 'sallyport-1'));
  });

  test('a salt and a password that look like the template are taken as they are', async () => {
    const template = Buffer.from('{SALT}{PASSWORD}').toString('base64');
    const salt = Buffer.from('{PASSWORD}').toString('base64');
    const wanted = createHash('md5').update('{PASSWORD}x').digest('base64');
    expect(await importedFormat(`$md5$pf=${template}$${salt}$${wanted}`)?.check('x')).toBe(true);
  });
});

test.each([
  ['', '31d6cfe0d16ae931b73c59d7e0c089c0'],
  ['abc', 'a448017aaf21d8525fc10ae87aa6729d'],
  [
    '12345678901234567890123456789012345678901234567890123456789012345678901234567890',
    'e33b4ddc9c38f2199c3e7b164fcc0536',
  ],
])('MD4 of %s', (text, expected) => {
  expect(md4(Buffer.from(text)).toString('hex')).toBe(expected);
});

test('HMAC-MD4 hashes a key that is too long', () => {
  const key = Buffer.alloc(65, 'k');
  expect(hmacMd4(key, Buffer.from('m'))).toEqual(hmacMd4(md4(key), Buffer.from('m')));
  expect(hmacMd4(Buffer.from('abc'), Buffer.from('m')).toString('hex')).toBe('f7754069f64f2e4e75c895f3bbe28309');
});

test.each([
  ['sha256', 'Hello world!', 'saltstringsaltst', 10_000, '3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA'],
  [
    'sha512',
    'a'.repeat(70),
    'anotherlongsalts',
    1_400,
    'IgUP7uIMZ4AuYGEs3GS3.RVPG.W6VjADCPrAvTevdfjsmnH/W1UTz0mC.9fqVbt3dcWCIHj3h7q7Oo0w8mkY61',
  ],
] as const)('%s-crypt makes what the C library makes', async (name, password, salt, rounds, expected) => {
  expect(shaCrypt(name, Buffer.from(password), Buffer.from(salt), rounds)).toBe(expected);
  const hash = `$${name}-crypt$rounds=${rounds}$${salt}$${expected}`;
  expect(await importedFormat(hash)?.check(password)).toBe(true);
});
