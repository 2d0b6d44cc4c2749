import { isObject, type JsonObject } from '../../../kernel/json.ts';
import { parseClaims, type Claims } from '../claims.ts';
import type { Said } from '../preset.ts';

/** Claims of an OpenID provider: the id token, and its userinfo where that was asked. Both must name the same person. */
export function openIdClaims({ idToken, documents }: Said, issuer: string, more: JsonObject = {}): Claims | undefined {
  if (idToken === undefined) return undefined;
  const userinfo = documents['userinfo'];
  if (userinfo !== undefined && (!isObject(userinfo) || userinfo['sub'] !== idToken['sub'])) return undefined;
  const iss = idToken['iss'];
  return parseClaims({ ...idToken, ...userinfo, ...more }, typeof iss === 'string' ? iss : issuer);
}

/** A document of an OAuth 2.0 provider as an object; empty when it is missing or something else. */
export function documentIn({ documents }: Said, name: string): JsonObject {
  const found = documents[name];
  return isObject(found) ? (found as JsonObject) : {};
}

/** The person's id there, which some send as a number. */
export function idOf(document: JsonObject, key = 'id'): string | undefined {
  const id = document[key];
  if (typeof id === 'number' && Number.isSafeInteger(id)) return String(id);
  return typeof id === 'string' && id !== '' ? id : undefined;
}

/** Claims of an OAuth 2.0 provider: `named` in our words, and the document as it was sent. */
export function documentClaims(
  sub: string | undefined,
  named: Readonly<Record<string, unknown>>,
  document: JsonObject,
  issuer: string,
): Claims | undefined {
  const claims = sub === undefined ? undefined : parseClaims({ ...named, sub }, issuer);
  return claims && { ...claims, raw_claims: document };
}
