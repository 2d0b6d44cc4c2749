import type { MethodSettings } from '../../src/config/config.ts';
import { flag, map, text } from '../../src/config/schema/spec.ts';
import { input } from '../../src/flow/json.ts';
import { bodyField } from '../../src/kernel/body.ts';
import type { Identifier } from '../../src/kernel/id.ts';
import { say } from '../../src/kernel/messages.ts';
import { draftOf, loginDraft } from '../../src/strategy/draft.ts';
import { defineMethod } from '../../src/strategy/method.ts';
import type { Attempt, Strategy } from '../../src/strategy/strategy.ts';

interface FixedSettings extends MethodSettings {
  readonly value: string;
}

const section = (lists: readonly ('login' | 'settings')[], feature: string) => ({
  offers: [feature],
  lists,
  keys: map({
    enabled: flag('Enables the method.', { default: false, feature }),
    config: map({ value: text('The secret.') }),
  }),
  read: ({
    values,
  }: {
    readonly values: { flag(key: string): boolean; maybeText(key: string): string | undefined };
  }) => ({
    enabled: values.flag('enabled'),
    value: values.maybeText('config.value') ?? '',
  }),
});

const refuse = (): Attempt => ({ kind: 'reject', values: {}, messages: [say(4010002)] });

/** A first factor of no use: one token, from the configuration, signs everybody in. */
export const token = defineMethod<FixedSettings>({
  name: 'token',
  section: { ...section(['login'], 'token'), firstFactor: ({ enabled }) => enabled },
  group: 'token',
  order: { login: 5 },
  lanes: ({ settings }) => (settings.enabled ? { login: {} } : {}),
  identifiedBy: (extension) => extension.password,
  create({ identities, random, clock }, { name, settings }) {
    const login: Strategy = {
      method: name,
      flow: 'login',
      pages: ['form', 'confirm'],
      claims: (method) => method === name,
      guards: () => [],
      nodes: ({ page }) =>
        page === 'form'
          ? [input('token', 'token', 'text', { required: true }), input('token', 'method', 'submit', { value: name })]
          : [],
      async attempt(body, at) {
        // An identifier as it was typed; the index holds it in this form.
        const identifier = bodyField(body, 'identifier') as Identifier | undefined;
        const found = identifier && (await identities.findByIdentifier('password', identifier));
        if (!found || bodyField(body, 'token') !== settings.value) return refuse();
        return {
          kind: 'accept',
          identity: found.identity,
          draft: loginDraft(found.identity, at, random),
          writes: { proof: { method: name, aal: 'aal1', completedAt: clock.now() } },
        };
      },
    };
    return { strategies: settings.enabled ? [login] : [] };
  },
});

/** A second factor of no use: whoever switched it on in the settings gives the pin of the configuration. */
export const pin = defineMethod<FixedSettings>({
  name: 'pin',
  section: section(['login', 'settings'], 'pin'),
  group: 'pin',
  order: { login: 90, settings: 90 },
  lanes: ({ settings }) => (settings.enabled ? { login: { factor: 'second', first: ['counted'] }, settings: {} } : {}),
  credential: { type: 'pin', second: ({ config }) => config['on'] === true },
  create({ clock, random }, { name, settings }) {
    const login: Strategy = {
      method: name,
      flow: 'login',
      factor: 'second',
      pages: ['second', 'confirm'],
      claims: (method) => method === name,
      guards: () => [],
      nodes: ({ owned }) =>
        owned['pin'] === undefined
          ? []
          : [input('pin', 'pin', 'text', { required: true }), input('pin', 'method', 'submit', { value: name })],
      async attempt(body, at) {
        const { identity } = at;
        if (identity === undefined || bodyField(body, 'pin') !== settings.value) return refuse();
        return {
          kind: 'accept',
          identity,
          draft: loginDraft(identity, at, random),
          writes: { proof: { method: name, aal: 'aal2', completedAt: clock.now() } },
        };
      },
    };
    const enrol: Strategy = {
      method: name,
      flow: 'settings',
      pages: ['form', 'success'],
      claims: (method) => method === name,
      guards: () => [],
      nodes: () => [input('pin', 'method', 'submit', { value: name })],
      async attempt(_body, { identity }) {
        if (identity === undefined) return refuse();
        return {
          kind: 'accept',
          draft: draftOf(identity),
          writes: { credentials: [{ type: 'pin', config: { on: true } }] },
        };
      },
    };
    return {
      strategies: settings.enabled ? [login, enrol] : [],
      // A step of its own in its lane; it refuses an identity that nobody named.
      storeSteps: {
        counted: async ({ identity }) =>
          identity === undefined ? { kind: 'taken', messages: [say(4010002)] } : { kind: 'done' },
      },
    };
  },
});
