import type { Mail, TemplateType } from '../courier/message.ts';
import type { Identity } from '../identity/identity.ts';
import type { Channel } from '../kernel/draft.ts';
import type { FlowId, IdentityId } from '../kernel/id.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { Random } from '../kernel/random.ts';
import type { OneTimeSecret, SecretPurpose } from '../secret/secret.ts';

/** Digits of a code, letters of a link (security CO-1). */
const CODE_LENGTH = 6;
const LINK_LENGTH = 32;

export interface MailingParts {
  readonly random: Pick<Random, 'uuid' | 'digits' | 'token'>;
  /** Digest of a code under the first secret. */
  codeDigest(purpose: string, code: string): string;
  hashToken(token: string): string;
  publicIdentity(identity: Identity): JsonObject;
  /** `serve.public.base_url`: every link begins with it (security RV-1). */
  readonly publicUrl: string;
}

/** What a message with a one-time secret is about. */
export interface CodeRequest {
  readonly flowId: FlowId;
  readonly requestUrl: string;
  readonly transientPayload: JsonObject;
  /** The stored address of the person, or for a stranger the one that was typed. */
  readonly to: { readonly via: Channel; readonly value: string };
  /** Undefined: nobody has the address, or a registration that has no identity yet. */
  readonly identity: Identity | undefined;
  /** Milliseconds. */
  readonly now: number;
  readonly lifespan: number;
  /** More for the template: the traits of somebody who has no identity yet. */
  readonly more?: JsonObject;
}

export interface Mailed {
  readonly secret: OneTimeSecret;
  readonly mail: Mail;
  /** The code or token in clear: for an administrator, who hands it over personally. */
  readonly clear: string;
}

/** One-time codes and links, each with the message that carries it. */
export interface Mailing {
  code(purpose: SecretPurpose, template: TemplateType, request: CodeRequest): Mailed;
  link(purpose: SecretPurpose, template: TemplateType, request: CodeRequest): Mailed;
  /**
   * To an address nobody has: the same work, a secret nobody knows, and a message that is sent only if `tell`
   * (security EN-2, EN-3).
   */
  nobody(purpose: SecretPurpose, templates: KnownOrNot, request: CodeRequest, tell: boolean): Mailed;
}

/** The message to somebody known, and the one that tells an address that nobody has it. */
export interface KnownOrNot {
  readonly known: TemplateType;
  readonly unknown: TemplateType;
}

/** The names of codes in the reference's template data. */
const CODE_NAMES: Readonly<Partial<Record<SecretPurpose, string>>> = {
  verification_code: 'verification_code',
  recovery_code: 'recovery_code',
  login_code: 'login_code',
  registration_code: 'registration_code',
};

export function createMailing({ random, codeDigest, hashToken, publicIdentity, publicUrl }: MailingParts): Mailing {
  const secretOf = (purpose: SecretPurpose, digest: string, request: CodeRequest): OneTimeSecret => ({
    id: random.uuid(),
    purpose,
    digest,
    flowId: request.flowId,
    identityId: request.identity?.id,
    address: request.to.value,
    expiresAt: request.now + request.lifespan,
    createdAt: request.now,
  });

  const mailOf = (template: TemplateType, { to, identity, ...request }: CodeRequest, data: JsonObject): Mail => ({
    type: to.via,
    channel: to.via,
    recipient: to.value,
    template,
    data: {
      to: to.value,
      ...data,
      ...request.more,
      expires_in_minutes: Math.round(request.lifespan / 60_000),
      request_url: request.requestUrl,
      request_url_domain: new URL(publicUrl).hostname,
      transient_payload: request.transientPayload,
      ...(identity !== undefined && { identity: publicIdentity(identity) }),
    },
    usefulUntil: request.now + request.lifespan,
    identityId: identity?.id as IdentityId | undefined,
    flowId: request.flowId,
  });

  const mailing: Mailing = {
    code(purpose, template, request) {
      const clear = random.digits(CODE_LENGTH);
      const data = { [CODE_NAMES[purpose] ?? 'code']: clear };
      const url = `${publicUrl}/self-service/verification?code=${clear}&flow=${request.flowId}`;
      const link = purpose === 'verification_code' && request.to.via === 'email' ? { verification_url: url } : {};
      return {
        clear,
        secret: secretOf(purpose, codeDigest(purpose, clear), request),
        mail: mailOf(template, request, { ...data, ...link }),
      };
    },

    link(purpose, template, request) {
      const clear = random.token(LINK_LENGTH);
      const kind = purpose === 'recovery_link' ? 'recovery' : 'verification';
      const url = `${publicUrl}/self-service/${kind}?flow=${request.flowId}&token=${clear}`;
      return {
        clear,
        secret: secretOf(purpose, hashToken(clear), request),
        mail: mailOf(template, request, { [`${kind}_url`]: url }),
      };
    },

    nobody(purpose, templates, request, tell) {
      // A code or link like any other, of nobody: whatever is given back for it proves nothing.
      const made = purpose.endsWith('_link')
        ? mailing.link(purpose, templates.known, request)
        : mailing.code(purpose, templates.known, request);
      if (tell) return { ...made, mail: mailOf(templates.unknown, request, {}) };
      const data = { ...made.mail.data, identity: nobodysIdentity(request, random.uuid(), publicUrl) };
      return { ...made, mail: standIn({ ...made.mail, data }) };
    },
  };
  return mailing;
}

/** As large as somebody's: how much there is to write down must not tell that there is nobody. */
function nobodysIdentity({ to, now }: CodeRequest, id: string, publicUrl: string): JsonObject {
  const at = new Date(now).toISOString();
  const address = { id, value: to.value, via: to.via, created_at: at, updated_at: at };
  return {
    id,
    schema_id: 'default',
    schema_url: `${publicUrl}/schemas/default`,
    state: 'active',
    state_changed_at: at,
    traits: { email: to.value },
    verifiable_addresses: [{ ...address, verified: false, status: 'pending' }],
    recovery_addresses: [address],
    metadata_public: null,
    created_at: at,
    updated_at: at,
    organization_id: null,
  };
}

/** Takes the place of a message that is not sent. */
export const standIn = (mail: Mail): Mail => ({ ...mail, channel: 'none' });
