import { isObject, type JsonObject } from '../../kernel/json.ts';
import { evaluateGoTemplate } from './evaluate.ts';
import { readHtml } from './html-context.ts';
import { TemplateFault } from './lex.ts';
import { parseGoTemplate } from './parse.ts';
import type { Node, Parsed, Pipe } from './syntax.ts';

/** The reference's names for what a message is made from, and ours on the wire. The second is taken where the first is missing. */
const NAMES: Readonly<Record<string, readonly [wire: string, other?: string]>> = {
  To: ['to'],
  RequestURL: ['request_url'],
  RequestURLDomain: ['request_url_domain'],
  TransientPayload: ['transient_payload'],
  Identity: ['identity'],
  Traits: ['traits'],
  ExpiresInMinutes: ['expires_in_minutes'],
  RecoveryURL: ['recovery_url'],
  VerificationURL: ['verification_url'],
  VerifyURL: ['verification_url'], // until v0.3
  RecoveryCode: ['recovery_code', 'verification_code'],
  VerificationCode: ['verification_code'],
  LoginCode: ['login_code'],
  RegistrationCode: ['registration_code'],
  At: ['at'],
  Device: ['device'],
  Network: ['network'],
  By: ['by'],
  Changes: ['changes'],
  OAuth2LoginRequest: ['oauth2_login_request'],
};

export interface GoTemplateSource {
  readonly text: string;
  /** Files beside it: only what they define counts. */
  readonly partials: readonly string[];
  readonly html: boolean;
}

/**
 * Reads a Go template whole; throws a `TemplateFault` for anything it cannot do. Its offset counts through the text and
 * then through each partial, as if they stood one behind the other.
 */
export function compileGoTemplate({ text, partials, html }: GoTemplateSource): (data: JsonObject) => string {
  const own = parseGoTemplate(text);
  const parsed: Parsed = {
    nodes: own.nodes,
    defined: new Map([
      ...partials.flatMap((partial, i) => [
        ...parseGoTemplate(partial, lengthOf([text, ...partials.slice(0, i)])).defined,
      ]),
      ...own.defined,
    ]),
  };
  checkNames(parsed.nodes, parsed.defined, true);
  const markup = html ? readHtml(parsed) : undefined;
  return (data) => evaluateGoTemplate(parsed, markup, goData(data));
}

const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, each) => sum + each.length, 0);

/** Refuses the start for a name that no message has: it would print nothing in every message. */
function checkNames(nodes: readonly Node[], defined: Parsed['defined'], whole: boolean): void {
  for (const node of nodes) {
    if (node.kind === 'text') continue;
    if (node.kind === 'template' && !defined.has(node.name))
      throw new TemplateFault(`{{ template "${node.name}" }} is not defined anywhere`, node.at);
    if (node.pipe !== undefined) checkPipe(node.pipe, whole);
    if (node.kind !== 'if' && node.kind !== 'with' && node.kind !== 'range') continue;
    checkNames(node.inside, defined, whole && node.kind === 'if');
    checkNames(node.otherwise, defined, whole);
  }
}

function checkPipe(pipe: Pipe, whole: boolean): void {
  for (const term of pipe.flatMap(({ terms }) => terms)) {
    if (term.kind === 'pipe') checkPipe(term.pipe, whole);
    if (term.kind !== 'field') continue;
    const [name] = term.names;
    const ofMessage = term.of === '$' || (term.of === undefined && whole);
    if (ofMessage && name !== undefined && !Object.hasOwn(NAMES, name))
      throw new TemplateFault(
        `.${name} is not known; known are ${Object.keys(NAMES)
          .map((each) => `.${each}`)
          .join(', ')}`,
        term.at,
      );
  }
}

function goData(data: JsonObject): JsonObject {
  const named = Object.entries(NAMES).map(([name, [wire, other]]) => {
    const value = data[wire] ?? (other === undefined ? undefined : data[other]);
    return [name, value ?? null] as const;
  });
  const { identity } = data;
  return { ...Object.fromEntries(named), ...(isObject(identity) && { Identity: identity }) };
}
