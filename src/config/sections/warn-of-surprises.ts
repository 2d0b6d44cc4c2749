import { isObject } from '../../kernel/json.ts';
import type { Config } from '../config.ts';
import type { LoadContext } from './load-context.ts';
import type { TypedValues } from './typed-values.ts';

/** Warns at start of configurations that work and surprise: hooks that wait for a courier, pages whose scripts read no flow. */
export function warnOfSurprises(config: Config, values: TypedValues, context: LoadContext): void {
  warnOfWaiting(config, context);
  noteScripts(config, values, context);
}

/** Warns of hooks that nobody waits for: a courier calls them, and this process runs none. */
function warnOfWaiting(
  { lists, watchCourier }: Config,
  { command, watchCourier: watched, problems }: LoadContext,
): void {
  if (command !== 'serve' || watchCourier || watched) return;
  const entry = lists.flatMap(({ entries }) => entries).find(({ config }) => isIgnored(config));
  if (entry !== undefined)
    problems.warn(
      entry,
      'waits-for-courier',
      'is a hook with response.ignore, which a courier calls',
      'start with --watch-courier, or run `sallyport courier watch` beside this server',
    );
}

function isIgnored(config: unknown): boolean {
  const response = isObject(config) ? config['response'] : undefined;
  return isObject(response) && response['ignore'] === true;
}

/** Pages that a server renders need no CORS; scripts on another origin do. */
function noteScripts({ flows, serve }: Config, values: TypedValues, { command, problems }: LoadContext): void {
  if (command !== 'serve' || serve.public.cors !== undefined) return;
  const own = URL.parse(serve.public.baseUrl)?.origin;
  const page = (['login', 'registration', 'settings', 'recovery', 'verification'] as const).find(
    (flow) => !flows[flow].ownPage && URL.parse(flows[flow].uiUrl)?.origin !== own,
  );
  if (page !== undefined)
    problems.note(
      values.at(`selfservice.flows.${page}.ui_url`),
      'safe-reading',
      'lies on another origin, and serve.public.cors is off',
      'no script there can read a flow; pages that a server renders need nothing',
    );
}
