import { sectionKey } from '../../config/method-section.ts';
import type { Finding, Severity } from '../finding.ts';
import { issues, liveHooks, methodOf, methodsOf, type Subject } from '../subject.ts';
import { reachable, shortest, type Trail } from '../shortest-path.ts';
import type { MachineGraph } from '../../engine/machine/graph.ts';

/** There is a way to a session for people who have an account. */
export function somebodyCanSignIn(subject: Subject): readonly Finding[] {
  const login = subject.graphs.get('login');
  if (login === undefined) return [];
  const recovery = subject.graphs.get('recovery');
  const aside = recovery !== undefined && waysToSession(recovery).length > 0;
  const severity: Severity = aside ? 'warning' : 'error';
  const instead = aside ? ' but through recovery' : '';
  if (waysToSession(login).length > 0) return [...withoutSession(subject, login), ...nobodyIdentified(subject, login)];

  const before = [...login.states.values()].find(
    ({ path, hook }) => path.startsWith('before.') && hook?.hook.ends === true,
  );
  if (before?.hook !== undefined) {
    const { entry, name } = before.hook;
    const trail = shortest(login, { from: 'opening', goal: ({ stands }) => stands === 'final' });
    return [
      {
        id: 'nobody-can-sign-in',
        severity,
        at: { path: entry.path, place: entry.place },
        found: `"${name}" before login sends everybody away: nobody signs in${instead}`,
        advice: 'remove it, or leave another way in, such as recovery, open',
        ...(trail && { trail }),
      },
    ];
  }
  if (subject.methods.firstFactors.length === 0) {
    return [
      {
        id: 'nobody-can-sign-in',
        severity,
        at: firstWritten(subject, methodKeys(subject)),
        found: `every method that signs people in is switched off: nobody signs in${instead}`,
        advice: `switch a method on, such as ${methodKeys(subject)[0]}: true`,
      },
    ];
  }
  const [list] = subject.config.lists.filter(({ flow, point }) => flow === 'login' && point === 'after');
  return [
    {
      id: 'nobody-can-sign-in',
      severity,
      at:
        list === undefined ? subject.at('selfservice.flows.login') : { path: list.path, place: list.entries[0]?.place },
      found: `no list of login says \`session\`, and lists written with \`job\` make one only then: nobody is signed in${instead}`,
      advice: 'add `job: session`',
      ...trailOf(login, ({ stands }) => stands === 'final'),
    },
  ];
}

/** One way of several ends without a session. */
function withoutSession(subject: Subject, login: MachineGraph): readonly Finding[] {
  const good = new Set(waysToSession(login).map(methodOf));
  return methodsOf(login)
    .filter((method) => !good.has(method))
    .map((method): Finding => ({
      id: 'login-without-session',
      severity: 'warning',
      at: subject.at(`selfservice.flows.login.after.${method}.hooks`),
      found: `signing in with ${method} ends without a session`,
      advice: 'add `job: session` to its list',
      ...trailOf(login, ({ path }) => path.includes(`.${method}.write.`)),
    }));
}

/** A method needs something in the schema that names a person; of what is switched on one must have it. */
function nobodyIdentified({ schemas, config, methods: known, at }: Subject, login: MachineGraph): readonly Finding[] {
  const methods = methodsOf(login).filter((method) => !known.isSecondFactor(method));
  return schemas.list().flatMap((schema): readonly Finding[] => {
    const identified = methods.some((method) => {
      const flags = schema.properties.flatMap(({ extension }) => extension ?? []);
      return known.identifies(method, flags);
    });
    if (identified) return [];
    const source = config.identity.schemas.find(({ id }) => id === schema.id);
    return [
      {
        id: 'nobody-has-identifier',
        severity: 'error',
        at: { path: `identity.schemas ${schema.id}`, place: source?.place ?? at('identity.schemas').place },
        found: `the identity schema "${schema.id}" has no trait that ${methods.join(' or ')} signs in with`,
        advice: `mark one: "ory.sh/kratos": { "credentials": { "${methods[0] ?? ''}": { "identifier": true } } }`,
      },
    ];
  });
}

/** Where a verified address is asked for, people must be able to verify one. */
export function addressesCanBeVerified(subject: Subject): readonly Finding[] {
  const { config, schemas } = subject;
  const hooks = liveHooks(subject);
  const guard = hooks.find(({ meta }) => meta.requiresVerifiedAddress === true);
  const sender = hooks.find(({ meta }) => meta.startsVerification === true && meta.requiresVerifiedAddress !== true);
  const sends = config.flows.verification.enabled || sender !== undefined;
  const verifiable = schemas
    .list()
    .filter(({ properties }) => properties.some(({ extension }) => extension?.verification !== undefined));
  const found: Finding[] = [];
  if (guard !== undefined && (!sends || verifiable.length === 0)) {
    found.push({
      id: 'nobody-can-verify',
      severity: 'error',
      at: { path: guard.entry.path, place: guard.entry.place },
      found: sends
        ? 'a verified address is required, and no identity schema has an address to verify'
        : 'a verified address is required, and nothing here lets anybody verify one',
      advice: sends
        ? 'mark a trait: "ory.sh/kratos": { "verification": { "via": "email" } }'
        : 'switch selfservice.flows.verification.enabled on',
    });
  } else if (sends && verifiable.length === 0) {
    found.push({
      id: 'nothing-to-verify',
      severity: 'warning',
      at:
        sender === undefined
          ? subject.at('selfservice.flows.verification.enabled')
          : { path: sender.entry.path, place: sender.entry.place },
      found: 'addresses are to be verified, and no identity schema has one',
      advice: 'mark a trait: "ory.sh/kratos": { "verification": { "via": "email" } }, or leave this out',
    });
  }
  return found;
}

export function accountsCanBeRecovered({ config, schemas, at }: Subject): readonly Finding[] {
  const recoverable = schemas
    .list()
    .some(({ properties }) => properties.some(({ extension }) => extension?.recovery !== undefined));
  if (!config.flows.recovery.enabled || recoverable) return [];
  return [
    {
      id: 'nothing-to-recover',
      severity: 'warning',
      at: at('selfservice.flows.recovery.enabled'),
      found:
        'recovery is switched on, and no identity schema has an address for it: every recovery ends without a mail',
      advice: 'mark a trait: "ory.sh/kratos": { "recovery": { "via": "email" } }',
    },
  ];
}

/** Registration that is open, and nobody comes through. */
export function registrationIsUsable(subject: Subject): readonly Finding[] {
  const { config } = subject;
  const graph = subject.graphs.get('registration');
  if (graph === undefined || !config.flows.registration.enabled) return [];
  const before = [...graph.states.values()].find(
    ({ path, hook }) => path.startsWith('before.') && hook?.hook.ends === true,
  );
  if (before?.hook !== undefined) {
    const { entry, name } = before.hook;
    return [
      {
        id: 'registration-closed',
        severity: 'note',
        at: { path: entry.path, place: entry.place },
        found: `"${name}" before registration sends everybody away: nobody registers`,
        advice: 'nothing, if registration is meant to be closed',
        ...trailOf(graph, ({ stands }) => stands === 'final'),
      },
    ];
  }
  if (methodsOf(graph).length > 0) return [];
  return [
    {
      id: 'nobody-can-register',
      severity: 'warning',
      at: firstWritten(subject, ['selfservice.flows.registration.enabled', ...methodKeys(subject)]),
      found: 'registration is open, and every method to register with is switched off',
      advice: 'switch a method on, or write selfservice.flows.registration.enabled: false',
    },
  ];
}

function waysToSession(graph: MachineGraph): readonly Parameters<typeof methodOf>[0][] {
  const alive = reachable(graph);
  return [...graph.states.values()].filter((state) => alive.has(state.path) && issues(state));
}

function trailOf(graph: MachineGraph, goal: Parameters<typeof shortest>[1]['goal']): { readonly trail?: Trail } {
  const trail = shortest(graph, { from: 'opening', goal });
  return trail === undefined ? {} : { trail };
}

/** Where methods that sign people in are switched on. */
const methodKeys = ({ methods }: Subject): readonly string[] => [
  ...methods.possibleFirstFactors.slice(0, 1).map((name) => sectionKey(name, 'enabled')),
  'selfservice.methods',
];

function firstWritten({ at }: Subject, keys: readonly string[]): ReturnType<Subject['at']> {
  const places = keys.map(at);
  return places.find(({ path }, i) => path === keys[i]) ?? places[0] ?? { path: keys[0] ?? '', place: undefined };
}
