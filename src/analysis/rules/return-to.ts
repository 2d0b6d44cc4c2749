import { PAGE } from '../../flow/page.ts';
import type { Finding } from '../finding.ts';
import { methodsOf, type Subject } from '../subject.ts';
import { reachable, shortest } from '../shortest-path.ts';

/**
 * Where one flow sends a person into another, they come back. Most hops keep the address of the request that began it;
 * the one a configuration can break is the way from settings to a login and back.
 */
export function returnSurvives(subject: Subject): readonly Finding[] {
  const { graphs, bound, config, at } = subject;
  const settings = graphs.get('settings');
  const login = graphs.get('login');
  if (settings === undefined || login === undefined || config.flows.settings.privilegedSessionMaxAge <= 0) return [];
  const held = shortest(settings, { from: 'opening', goal: ({ path }) => path === `${PAGE.held}.waiting` });
  if (held === undefined) return [];
  const alive = reachable(login);
  const loginLives = [...login.states.values()].some(({ path, stands }) => stands === 'rest' && alive.has(path));
  if (!loginLives) return [];
  return methodsOf(login).flatMap((method): readonly Finding[] => {
    const lane = bound.for('login', 'after', method); // methods of the machine
    const away = [...lane.prepare, ...lane.follow].find(({ hook }) => hook.ends === true);
    if (away?.meta.followsReturnTo === true || (away === undefined && lane.dialect !== 'v0.1-job')) return [];
    const list = lane.from;
    return [
      {
        id: 'return-to-lost',
        // That lists written with `job` lead nowhere by themselves is what they are for.
        severity: away === undefined ? 'note' : 'warning',
        at:
          away === undefined
            ? list === undefined
              ? at('selfservice.flows.login')
              : { path: list.path, place: list.entries[0]?.place }
            : { path: away.entry.path, place: away.entry.place },
        found:
          away === undefined
            ? `signing in with ${method} leads nowhere: whoever signs in again to change settings does not come back to them`
            : `"${away.name}" sends everybody to one address after they sign in with ${method}: whoever signs in again to change settings does not come back to them`,
        advice:
          lane.dialect === 'v0.1-job'
            ? 'end the list with a `redirect` that has allow_user_defined: true'
            : 'use default_browser_return_url instead: it lets `return_to` go first',
        trail: held,
      },
    ];
  });
}

/** Return URLs that are configured and that nothing leads to. */
export function returnUrlsAreUsed(subject: Subject): readonly Finding[] {
  const { graphs, bound, config, at } = subject;
  return (['login', 'registration', 'settings'] as const).flatMap((kind): readonly Finding[] => {
    const methods = methodsOf(graphs.get(kind));
    return Object.keys(config.flows[kind].methodReturnUrls).flatMap((method): readonly Finding[] => {
      const lane = bound.for(kind, 'after', method); // keys of a record by method
      const away = [...lane.prepare, ...lane.follow].find(({ hook }) => hook.ends === true);
      const why = !methods.includes(method)
        ? `${method} is switched off, or ends no ${kind}`
        : away !== undefined
          ? `"${away.name}" at ${away.entry.path} sends everybody elsewhere`
          : lane.dialect === 'v0.1-job' && kind !== 'settings'
            ? 'lists written with `job` lead nowhere by themselves'
            : undefined;
      if (why === undefined) return [];
      return [
        {
          id: 'return-url-never-used',
          severity: 'warning',
          at: at(`selfservice.flows.${kind}.after.${method}.default_browser_return_url`),
          found: `nobody is ever sent there: ${why}`,
          advice: 'leave it out, or remove what hides it',
        },
      ];
    });
  });
}

/** Mails that are written have somebody who sends them. */
export function mailsAreSent({ config, at, graphs }: Subject): readonly Finding[] {
  const { courier, flows } = config;
  if (courier.smtp !== undefined || courier.http !== undefined || courier.keep || at('dsn').place === undefined)
    return [];
  const hook = [...graphs.values()]
    .flatMap(({ states }) => [...states.values()])
    .find(({ hook: each }) => each?.meta.startsVerification === true)?.hook;
  const sender =
    hook?.entry ??
    (flows.verification.enabled ? at('selfservice.flows.verification.enabled') : undefined) ??
    (flows.recovery.enabled ? at('selfservice.flows.recovery.enabled') : undefined);
  if (sender === undefined) return [];
  return [
    {
      id: 'mail-goes-nowhere',
      severity: 'warning',
      at: { path: sender.path, place: sender.place },
      found: 'writes mails, and no courier is configured that sends them',
      advice: 'write courier.smtp.connection_uri',
    },
  ];
}
