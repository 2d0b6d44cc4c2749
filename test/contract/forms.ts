import type { CreationOptions, Enveloped, RequestOptions } from '../../src/testing/authenticator/ceremony.ts';
import { read, readList } from '../support/http-client.ts';

/** What the forms that were shown hold for the next request, by the id of their flow. */
export interface Forms {
  /** Takes note of a form, if this is one. */
  look(json: unknown): void;
  of(flow: string): Form;
}

export interface Form {
  readonly csrf: string | undefined;
  /** Of the authenticator app that may be set up. */
  readonly secret: string | undefined;
  /** What a field with a new credential answers. */
  creation(field: string): Enveloped<CreationOptions>;
  /** What a field with a signature answers. */
  request(field: string): Enveloped<RequestOptions>;
}

/** The node with the question to which a field answers. */
const QUESTIONS: Readonly<Record<string, string>> = {
  passkey_register: 'passkey_create_data',
  passkey_settings_register: 'passkey_create_data',
  webauthn_register: 'webauthn_register_trigger',
  passkey_login: 'passkey_challenge',
  webauthn_login: 'webauthn_login_trigger',
};

export function createForms(): Forms {
  const shown = new Map<string, Form>();
  return {
    look(json) {
      const id = read(json, 'id');
      if (typeof id === 'string' && read(json, 'ui') !== undefined) shown.set(id, formIn(json));
    },
    of(flow) {
      const form = shown.get(flow);
      if (form === undefined) throw new Error(`The form of the flow ${flow} was not shown.`);
      return form;
    },
  };
}

export function formIn(json: unknown): Form {
  const nodes = readList(json, 'ui.nodes').map((node) => read(node, 'attributes'));
  const value = (name: string): unknown =>
    read(
      nodes.find((node) => read(node, 'name') === name),
      'value',
    );
  const question = (field: string): unknown => {
    const text = value(QUESTIONS[field] ?? '');
    if (typeof text !== 'string') throw new Error(`The form asks nothing that ${field} would answer.`);
    return JSON.parse(text) as unknown;
  };
  const csrf = value('csrf_token');
  const secret = read(
    nodes.find((node) => read(node, 'id') === 'totp_secret_key'),
    'text.context.secret',
  );
  return {
    csrf: typeof csrf === 'string' ? csrf : undefined,
    secret: typeof secret === 'string' ? secret : undefined,
    creation(field) {
      const asked = question(field);
      // The options that pages hand to the browser, in the envelope of registration or without.
      return (read(asked, 'credentialOptions') ?? asked) as Enveloped<CreationOptions>;
    },
    request: (field) => question(field) as Enveloped<RequestOptions>, // as above
  };
}
