import type { Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';
import { reachable, shortest } from '../shortest-path.ts';

const LONGEST = 31 * 24 * 3_600_000;
const SHORTEST = 60_000;

/** Every page a person can be left on has an end in sight, and leaves the time to be filled in. */
export function waitingEnds({ graphs, config, methods, at }: Subject): readonly Finding[] {
  const found: Finding[] = [];
  for (const graph of graphs.values()) {
    if (graph.kind === 'logout') continue;
    const alive = reachable(graph);
    const waits = [...graph.states.values()].filter(({ path, stands }) => stands === 'rest' && alive.has(path));
    const [first] = waits;
    if (first === undefined) continue;
    const { lifespan } = config.flows[graph.kind];
    const ends = Number.isFinite(lifespan) && lifespan > 0 && lifespan <= LONGEST;
    const where = at(`selfservice.flows.${graph.kind}.lifespan`);
    const trail = shortest(graph, { from: 'opening', goal: ({ path }) => path === first.path });
    if (!ends) {
      found.push({
        id: 'waits-for-ever',
        severity: 'warning',
        at: where,
        found: `a ${graph.kind} flow waits ${days(lifespan)} at ${waits.map(({ path }) => path).join(', ')}: abandoned ones pile up, and stay usable by whoever finds them`,
        advice: 'an hour is usual',
        ...(trail && { trail }),
      });
    } else if (lifespan < SHORTEST) {
      found.push({
        id: 'too-short',
        severity: 'warning',
        at: where,
        found: `a ${graph.kind} flow is over after ${lifespan / 1000} s, before anybody has filled in a form`,
        advice: 'leave people some minutes; an hour is usual',
        ...(trail && { trail }),
      });
    }
  }
  if (config.session.lifespan < SHORTEST) {
    found.push({
      id: 'too-short',
      severity: 'warning',
      at: at('session.lifespan'),
      found: `sessions end after ${config.session.lifespan / 1000} s`,
      advice: 'a day is usual',
    });
  }
  return [...found, ...secretsOutlive({ config, methods, at })];
}

/** What is mailed is of use as long as the mail says. */
function secretsOutlive({ config, methods, at }: Pick<Subject, 'config' | 'methods' | 'at'>): readonly Finding[] {
  const { flows } = config;
  return (['verification', 'recovery'] as const).flatMap((kind): readonly Finding[] => {
    const { enabled, use, lifespan } = flows[kind];
    const secret = methods.secretLifespan(use);
    if (!enabled || secret <= lifespan) return [];
    return [
      {
        id: 'too-short',
        severity: 'note',
        at: at(`selfservice.flows.${kind}.lifespan`),
        found: `a ${kind} flow is over after ${lifespan / 60_000} min, and its mail promises ${secret / 60_000}`,
        advice: `make the lifespan of the flow at least that of selfservice.methods.${use}.config.lifespan`,
      },
    ];
  });
}

const days = (ms: number): string => (Number.isFinite(ms) ? `${Math.round(ms / 86_400_000)} days` : 'for ever');
