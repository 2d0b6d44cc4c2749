import type { Finding } from '../finding.ts';
import { issues, methodOf, type Subject } from '../subject.ts';
import { reachable, shortest } from '../shortest-path.ts';

/** A session after registration tells by its cookie whether an address was free. */
export function accountsStayHidden(subject: Subject): readonly Finding[] {
  const { config } = subject;
  const graph = subject.graphs.get('registration');
  const found: Finding[] = [];
  const alive = graph && reachable(graph);
  const seen = new Set<string>();
  for (const state of graph?.states.values() ?? []) {
    const { hook, path } = state;
    if (
      graph === undefined ||
      hook === undefined ||
      !issues(state) ||
      alive?.has(path) !== true ||
      seen.has(hook.entry.path)
    )
      continue;
    seen.add(hook.entry.path);
    const trail = shortest(graph, { from: 'opening', goal: (at) => at.path === path });
    found.push({
      id: 'account-revealed',
      severity: config.enumerationMitigation ? 'warning' : 'note',
      at: { path: hook.entry.path, place: hook.entry.place },
      found: config.enumerationMitigation
        ? `"${hook.name}" after registration with ${methodOf(state)} tells whether an account exists, though security.account_enumeration.mitigate asks that nothing does`
        : `"${hook.name}" after registration with ${methodOf(state)} tells by its cookie whether an account existed`,
      advice: `leave \`${hook.name}\` out if accounts must not be guessed: people sign in after they have registered`,
      ...(trail && { trail }),
    });
  }
  if (config.enumerationMitigation && config.flows.registration.loginHints) {
    found.push({
      id: 'account-revealed',
      severity: 'warning',
      at: subject.at('selfservice.flows.registration.login_hints'),
      found:
        'login hints name the ways an existing account signs in, though security.account_enumeration.mitigate asks that nothing is revealed',
      advice: 'switch one of the two off',
    });
  }
  return found;
}
