import { lookAgain, type Look, type NotedFiles } from '../config/source/noted-files.ts';
import type { SecurityEvents } from '../event/security-events.ts';
import { formatIssue, type Issue } from '../kernel/issue.ts';
import type { Log } from '../telemetry/log.ts';
import type { Configuration, ReadConfiguration } from './configuration.ts';

export type ReloadCause = 'signal' | 'watch';
/** unchanged: what was read is what is in force already. */
export type ReloadResult = 'accepted' | 'refused' | 'unchanged';

/** The running program whose configuration is replaced. */
export interface ReloadTarget {
  readonly log: Log;
  readonly events: Pick<SecurityEvents, 'noted'>;
  /** Throws and changes nothing if a part cannot be made. */
  replace(configuration: Configuration): void;
}

export interface ReloadParts {
  readonly target: ReloadTarget;
  /** The configuration as it was read at start. */
  readonly first: Pick<ReadConfiguration, 'configuration' | 'warnings' | 'notes' | 'sources'>;
  /** Reads all files again, with what the process holds. */
  read(): Promise<ReadConfiguration>;
  /** Says warnings and notes that the configuration before had not. */
  warn(news: Pick<ReadConfiguration, 'warnings' | 'notes'>): void;
}

export interface Reload {
  /** Reads everything again. Calls at once share a reading that begins after the last of them. */
  reload(by: ReloadCause): Promise<ReloadResult>;
  /** Reads everything again each time that a file changes, once it is quiet. The result ends it. */
  watch(every?: number): () => void;
}

/** Four times a second; a change is read once two looks in a row find the same. */
const LOOK_EVERY = 250;

/** Reads a configuration again, whole, and puts it in force or says what is wrong with it (docs/decisions/0036). */
export function createReload({ target, first, read, warn }: ReloadParts): Reload {
  let last = first;
  let hash = first.configuration?.hash ?? '';
  /** Sources of the configuration in force, and of the last one that was read. */
  let watched = [first.sources];
  let refused: string | undefined;
  let running: Promise<unknown> = Promise.resolve();
  let waiting: Promise<ReloadResult> | undefined;

  async function readAgain(by: ReloadCause): Promise<ReloadResult> {
    const found = await read();
    const { configuration, sources, waiting: later } = found;
    watched = [sources, ...(configuration === undefined ? [last.sources] : [])];
    if (configuration === undefined) {
      // A file that was only touched is not refused once more.
      if (by === 'watch' && refused === sources.digest()) return 'refused';
      refused = sources.digest();
      return refuse(target.log, by, found.errors);
    }
    refused = undefined;
    if (by === 'watch' && configuration.hash === hash && hash !== '') return 'unchanged';
    target.replace(configuration);
    warn(newsOf(found, last));
    if (later.length > 0) target.log.warn(laterLine(later), { by });
    target.events.noted('configuration.reloaded', { hash: configuration.hash, by });
    last = found;
    hash = configuration.hash;
    return 'accepted';
  }
  const once = (by: ReloadCause): Promise<ReloadResult> =>
    readAgain(by).catch((error: unknown) => {
      target.log.error('The configuration could not be read again; the one before stays in force.', { by, error });
      return 'refused';
    });
  const reload = (by: ReloadCause): Promise<ReloadResult> => {
    waiting ??= running.then(() => {
      waiting = undefined;
      const now = once(by);
      running = now;
      return now;
    });
    return waiting;
  };
  return {
    reload,
    watch: (every = LOOK_EVERY) =>
      watchFiles(
        every,
        () => looksOf(watched),
        () => reload('watch'),
      ),
  };
}

/** The newest look of each path counts. */
const looksOf = (watched: readonly NotedFiles[]): ReadonlyMap<string, Pick<Look, 'signature'>> =>
  new Map(watched.toReversed().flatMap(({ looks }) => [...looks]));

function refuse(log: Log, by: ReloadCause, errors: readonly Issue[]): ReloadResult {
  const [first, ...more] = errors.map(formatIssue);
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  log.error(`The configuration is not taken, the one before stays in force: ${first ?? ''}${others}`, {
    by,
    ...(more.length > 0 && { problems: more }),
  });
  return 'refused';
}

const laterLine = (keys: readonly string[]): string =>
  `${keys.join(', ')}: changed in the files; the values of the start stay until a restart.`;

/** The warnings and notes that were not said of the configuration before, wherever in the file they stood. */
function newsOf(
  found: Pick<ReadConfiguration, 'warnings' | 'notes'>,
  before: Pick<ReadConfiguration, 'warnings' | 'notes'>,
): Pick<ReadConfiguration, 'warnings' | 'notes'> {
  const said = new Set([...before.warnings, ...before.notes].map(meaningOf));
  const isNew = (issue: Issue): boolean => !said.has(meaningOf(issue));
  return { warnings: found.warnings.filter(isNew), notes: found.notes.filter(isNew) };
}

const meaningOf = ({ code, path, found }: Issue): string => JSON.stringify([code, path, found]);

/**
 * Looks at the files on a timer and acts once a change is over: when two looks in a row find the same. Looking finds what
 * notifications miss: a file that an editor puts in the place of another one, a link of a mounted volume that leads to a
 * new folder.
 */
function watchFiles(
  every: number,
  looks: () => ReadonlyMap<string, Pick<Look, 'signature'>>,
  act: () => Promise<unknown>,
): () => void {
  let before: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const look = async (): Promise<void> => {
    const { changed, now } = await lookAgain(looks());
    if (changed && now === before && !ended) await act();
    before = now;
  };
  const next = (): void => {
    timer = setTimeout(() => void look().finally(() => ended || next()), every).unref();
  };
  next();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
