import type { JWK } from 'jose';
import type { Identity } from '../identity/identity.ts';
import { SallyportError } from '../kernel/error.ts';
import { isObject, type JsonObject } from '../kernel/json.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { Session } from './session.ts';
import type { KeySet, SigningKey } from './signing-key.ts';

/** Further claims of a token: whatever the mapper file makes of `{ session, claims }`, not yet checked. */
export type TokenClaims = (about: { readonly session: JsonObject; readonly claims: JsonObject }) => Promise<unknown>;

/** A form in which a session is given as a token, with everything that it needs. */
export interface TokenTemplate {
  readonly keys: KeySet;
  /** Milliseconds. */
  readonly lifespan: number;
  readonly subject: 'id' | 'external_id';
  /** Undefined: no further claims. */
  readonly mapper: TokenClaims | undefined;
}

/** A template that cannot be used: why, in words that quote no secret. */
export interface Unusable {
  readonly unusable: string;
}

export interface Tokenizer {
  /**
   * The session as a signed token (RFC 7519). `json` is what `whoami` answers of it. Throws `bad_request` for a template that
   * is not there or cannot be used, a mapper that fails, and an account that lacks what becomes `sub`.
   */
  token(template: string, session: Session, identity: Identity, json: JsonObject): Promise<string>;
  /** The keys by which tokens are checked. */
  readonly published: readonly JWK[];
}

export interface TokenizerParts {
  readonly templates: ReadonlyMap<string, TokenTemplate | Unusable>;
  /** The public URL as it is written. */
  readonly issuer: string;
  readonly clock: Clock;
  readonly random: Pick<Random, 'uuid'>;
}

export function createTokenizer({ templates, issuer, clock, random }: TokenizerParts): Tokenizer {
  const usable = [...templates.values()].flatMap((each) => ('keys' in each ? [each] : []));
  const published = new Map(usable.flatMap(({ keys }) => keys.published.map((key) => [key.kid, key])));
  return {
    published: [...published.values()],
    async token(name, session, identity, json) {
      const template = templates.get(name);
      if (template === undefined) throw refused(`There is no token template ${JSON.stringify(name)}.`);
      if ('unusable' in template) throw refused(`The token template ${name} cannot be used: ${template.unusable}.`);
      const subject = template.subject === 'id' ? identity.id : identity.externalId;
      if (subject === undefined)
        throw refused('The account has no external id, which would be the subject of the token.');
      const now = Math.floor(clock.now() / 1_000);
      const claims = {
        exp: now + Math.ceil(template.lifespan / 1_000),
        iat: now,
        iss: issuer,
        jti: random.uuid(),
        nbf: now,
        sid: session.id,
        sub: subject,
      };
      const more = template.mapper === undefined ? {} : await mapped(name, template.mapper, { session: json, claims });
      return await sign({ ...claims, ...more, sub: subject }, template.keys.signing);
    },
  };
}

async function mapped(name: string, mapper: TokenClaims, about: Parameters<TokenClaims>[0]): Promise<JsonObject> {
  const made = await mapper(about).catch((cause: unknown) => {
    throw refused(`The claims mapper of the token template ${name} failed.`, cause);
  });
  const claims = isObject(made) ? made['claims'] : undefined;
  if (!isObject(claims)) throw refused(`The claims mapper of the token template ${name} made no object \`claims\`.`);
  // Through JSON and back: a TypeScript file may have made anything.
  return JSON.parse(JSON.stringify(claims)) as JsonObject;
}

async function sign(claims: JsonObject, { key, algorithm, id }: SigningKey): Promise<string> {
  const { SignJWT } = await import('jose');
  return await new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid: id, typ: 'JWT' }).sign(key);
}

const refused = (reason: string, cause?: unknown): SallyportError =>
  new SallyportError('bad_request', reason, { cause });
