import { createPrivateKey, sign } from 'node:crypto';
import { encodeCbor, type Cbor } from '../../testing/authenticator/cbor.ts';
import type { Bend } from '../../testing/authenticator/bends.ts';

/** A maker of authenticators that exists in tests alone: a root, a batch, and a key of this model, valid from 2020 to 2120. */
export const MODEL = 'ee882879-721c-4913-9775-3dfcce97072a';
export const ROOT =
  'MIIBpTCCAUugAwIBAgIBATAKBggqhkjOPQQDAjA5MQswCQYDVQQGEwJTRTEbMBkGA1UECgwSTWFrZXIgb2YgdGhlIHRlc3RzMQ0wCwYDVQQDDARSb290' +
  'MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjA5MQswCQYDVQQGEwJTRTEbMBkGA1UECgwSTWFrZXIgb2YgdGhlIHRlc3RzMQ0wCwYDVQQD' +
  'DARSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEVcmkFiuGLCRw3IEeAxCpM4kB7/8ESP+B4pdBUSQIxC3mcNL+ZRRrnQkAK10AXHr21TwZxkbh' +
  'jH0iR/Du4NiLHKNCMEAwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwHQYDVR0OBBYEFFYoLba1jk/DPgKWM9QgDeL80Gz3MAoGCCqGSM49' +
  'BAMCA0gAMEUCIQDOokuGQr/EN+2BlllH8RkTgthBYgCbKBtjN0ZTtVi1PgIgYOkucaNZ84eqEPUtGwa7SVlW4kkAmVSdcCS1hRbM94c=';
export const BATCH =
  'MIIBxzCCAW2gAwIBAgIBAjAKBggqhkjOPQQDAjA5MQswCQYDVQQGEwJTRTEbMBkGA1UECgwSTWFrZXIgb2YgdGhlIHRlc3RzMQ0wCwYDVQQDDARSb290' +
  'MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjA6MQswCQYDVQQGEwJTRTEbMBkGA1UECgwSTWFrZXIgb2YgdGhlIHRlc3RzMQ4wDAYDVQQD' +
  'DAVCYXRjaDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAaLuJXDhFtDkUCCrrMgbWkQ3NLL3KBSSK+B6kK6+PgvmqDW861HqzasplsABS1G8A783zxe' +
  'WDCJe6MoIEu9zUCjYzBhMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBSJrS1ktsM9kgUa4ypNnFjVzet5ATAfBgNVHSME' +
  'GDAWgBRWKC22tY5Pwz4CljPUIA3i/NBs9zAKBggqhkjOPQQDAgNIADBFAiA+urSsP62cV9c6d/Eig94RuIZAA5GgBKd6ha7aOQI+1wIhAODP5JHAvmlA' +
  'eWW+z4U0gQT1ldP+hCv5yx/cMR1BDmCE';
export const LEAF =
  'MIIB+zCCAaCgAwIBAgIBAzAKBggqhkjOPQQDAjA6MQswCQYDVQQGEwJTRTEbMBkGA1UECgwSTWFrZXIgb2YgdGhlIHRlc3RzMQ4wDAYDVQQDDAVCYXRj' +
  'aDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowXDELMAkGA1UEBhMCU0UxGzAZBgNVBAoMEk1ha2VyIG9mIHRoZSB0ZXN0czEiMCAGA1UE' +
  'CwwZQXV0aGVudGljYXRvciBBdHRlc3RhdGlvbjEMMAoGA1UEAwwDS2V5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQFfgXC56WtKI1L5OfmfKQnOq' +
  'wzSyfvlMp2rV1rhS6TUGVal/b+049rGX+c4SpZaj5QrX5nM96SouHXI2Q3gUCKNzMHEwDAYDVR0TAQH/BAIwADAhBgsrBgEEAYLlHAEBBAQSBBDuiCh5' +
  'chxJE5d1PfzOlwcqMB0GA1UdDgQWBBQObz+TKwkF43EgoAvg+KHe9qjhGzAfBgNVHSMEGDAWgBSJrS1ktsM9kgUa4ypNnFjVzet5ATAKBggqhkjOPQQD' +
  'AgNJADBGAiEAw0hKRILf5LEJSUsLXK2h3BOgQqsLnM/JwEyOZ7GL6RACIQC3KbkEF6OfFe7Y4dCdhY0VKC8pgr58m8Tdfx7/CNXB8w==';
const KEY =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAMFkoXjasD8m4k1JNv2olvYCm23li8/16hf83SjM3RahRANCAARAV+BcLnpa0ojUvk5+' +
  'Z8pCc6rDNLJ++UynatXWuFLpNQZVqX9v7Tj2sZf5zhKllqPlCtfmcz3pKi4dcjZDeBQI';

/** The file of a metadata service that knows this maker, and whatever else is said of the model. */
export function metadataFile(entry: object = {}, roots: readonly string[] = [ROOT]): string {
  const known = {
    aaguid: MODEL,
    metadataStatement: { attestationRootCertificates: roots },
    statusReports: [],
    ...entry,
  };
  const parts = [{ alg: 'none' }, { entries: [{ aaid: '1234#5678' }, known] }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return [...parts, ''].join('.');
}

/** An authenticator of that maker attests what it has made, in the format `packed`, by these certificates. */
export const attesting = (path: readonly string[] = [LEAF, BATCH]): Bend => ({
  of: ['create'],
  attestation(_object, { authenticatorData, signed }) {
    const key = createPrivateKey({ key: Buffer.from(KEY, 'base64'), format: 'der', type: 'pkcs8' });
    const statement = new Map<string, Cbor>([
      ['alg', -7],
      ['sig', sign('sha256', signed, key)],
      ['x5c', path.map((each) => Buffer.from(each, 'base64'))],
    ]);
    return encodeCbor(
      new Map<string, Cbor>([
        ['fmt', 'packed'],
        ['attStmt', statement],
        ['authData', authenticatorData],
      ]),
    );
  },
});
