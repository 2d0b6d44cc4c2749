import { expect, test } from 'vitest';
import { login } from '../../flow/login.ts';
import { finals, stored, type FlowConfig, type PhaseSteps } from '../../flow/flow-grammar.ts';
import type { MethodLane, MethodLanes } from '../../flow/method-lane.ts';
import { registration } from '../../flow/registration.ts';
import { addressesCanBeVerified } from './lockout.ts';
import { subjectWith } from '../../../test/support/machines.ts';
import { nothingPersistedEarly } from './persisting.ts';
import { addressesAreVerified, sessionsAreProved } from './sessions.ts';

/** Lanes as the methods of this server have them. */
const LANES: Readonly<Record<string, MethodLanes>> = {
  password: { login: {}, registration: {} },
  code: {
    login: { mailed: true, first: ['consume', 'verified'] },
    registration: { mailed: true, first: ['consume'] },
  },
  oidc: { login: { external: true, shared: ['link'] }, registration: { external: true } },
};
const lanesOf = (methods: readonly string[], flow: 'login' | 'registration'): readonly MethodLane[] =>
  methods.map((method) => ({ ...LANES[method]?.[flow], method }));

const signIn =
  (methods: readonly string[]) =>
  (stepsOf: (list: string) => PhaseSteps): FlowConfig =>
    login({ methods: lanesOf(methods, 'login'), style: 'unified', stepsOf, explicitSession: () => false });
const signUp =
  (methods: readonly string[]) =>
  (stepsOf: (list: string) => PhaseSteps): FlowConfig =>
    registration({ methods: lanesOf(methods, 'registration'), style: 'unified', stepsOf });
const guard = { name: 'a_guard', phase: 'write', meta: { requiresVerifiedAddress: true } } as const;
const session = { name: 'a_session', phase: 'write', meta: { issuesSession: true } } as const;

test('the machines of the server give no session without proof, and store nothing early', async () => {
  const subject = await subjectWith({
    login: signIn(['password', 'code', 'oidc']),
    registration: signUp(['password', 'code', 'oidc']),
  });
  expect(sessionsAreProved(subject)).toEqual([]);
  expect(nothingPersistedEarly(subject)).toEqual([]);
});

test('a machine that issues a session at the door is found, with the shortest way', async () => {
  const subject = await subjectWith({
    login: (stepsOf) => {
      const whole = signIn(['password'])(stepsOf);
      const { opening, ...others } = whole.states;
      const open = { ...opening?.on, 'open.known': { target: '#flow.form.password.write' } };
      return { ...whole, states: { opening: { on: open }, ...others } };
    },
  });
  const [found, ...more] = sessionsAreProved(subject);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ id: 'session-without-proof', severity: 'error' });
  expect(found?.trail?.steps.map(({ event }) => event)).toEqual(['open.known']);
});

test('a machine that stores before a hook may refuse is found', async () => {
  const early: FlowConfig = {
    id: 'flow',
    initial: 'opening',
    states: {
      opening: { on: { open: { target: '#flow.first.write' } } },
      first: {
        initial: 'write',
        states: {
          write: { tags: ['write'], initial: 'identity', states: { identity: { meta: stored('identity').step, on: { 'store.done': { target: '#flow.first.prepare' } } } } },
          prepare: { tags: ['prepare'], meta: { do: 'strategy' }, on: { 'strategy.reject': { target: '#flow.done' } } },
        },
      },
      ...finals('done'),
    },
  }; // prettier-ignore
  const subject = await subjectWith({ registration: () => early });
  expect(nothingPersistedEarly(subject).map(({ id, trail }) => [id, trail?.steps.map(({ to }) => to)])).toEqual([
    ['persist-before-refusal', ['first.write.identity', 'first.prepare']],
  ]);
});

test('a guard for one method leaves the session of the other open, and that of a registration', async () => {
  const machines = { login: signIn(['password', 'oidc']), registration: signUp(['password']) };
  const lists = {
    'login.after.password': [guard],
    'registration.after.password': [session],
  };
  const found = addressesAreVerified(await subjectWith(machines, lists));
  expect(found.map(({ id, at }) => [id, at.path])).toEqual([
    ['unverified-session', 'selfservice.flows.login.after.oidc.hooks'],
    ['unverified-session', 'registration.after.password/a_session'],
  ]);
  expect(found.map(({ trail }) => trail?.steps.map(({ event }) => event))).toEqual([
    ['open.known', 'accept.oidc', 'store.done'],
    ['open', 'submit', 'accept.password', 'store.done'],
  ]);
});

test('a guard in every list, or a code that proves the address itself, leaves nothing open', async () => {
  const lists = { 'login.after.password': [guard] };
  expect(
    addressesAreVerified(
      await subjectWith({ login: signIn(['password', 'code']), registration: signUp(['password']) }, lists),
    ),
  ).toEqual([]);
  expect(addressesAreVerified(await subjectWith({ login: signIn(['password', 'oidc']) }))).toEqual([]);
});

test('a guard where nobody can verify an address locks everybody out', async () => {
  const subject = await subjectWith({ login: signIn(['password']) }, { 'login.after.password': [guard] });
  const { verification } = subject.config.flows;
  const closed = { ...subject, config: { ...subject.config, flows: { ...subject.config.flows, verification: { ...verification, enabled: false } } } };
  const open = { ...subject, config: { ...subject.config, flows: { ...subject.config.flows, verification: { ...verification, enabled: true } } } };
  expect(addressesCanBeVerified(closed).map(({ id }) => id)).toEqual(['nobody-can-verify']);
  expect(addressesCanBeVerified(open)).toEqual([]);
}); // prettier-ignore
