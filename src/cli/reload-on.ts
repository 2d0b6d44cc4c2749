import { createReload, type ReloadTarget } from '../app/reload.ts';
import { restartOnlyOf } from '../app/restart-only.ts';
import type { CommandContext } from './command-context.ts';
import { readFor, sayWarnings, type CommandSource, type Started } from './load-configuration.ts';

export interface ReloadTerms {
  readonly started: Started;
  readonly source: CommandSource;
  /** Reads the files again also when they change. */
  readonly watch: boolean;
}

/**
 * From now on SIGHUP reads the configuration again instead of ending the process. Called before anything is read: a signal
 * that comes while the program starts is kept until the answer is called with what runs. The answer of that ends it.
 */
export function reloadOn(context: CommandContext): (target: ReloadTarget, terms: ReloadTerms) => () => void {
  let early = false;
  let act = (): void => void (early = true);
  context.onHangup(() => act());
  return (target, { started, source, watch }) => {
    const running = restartOnlyOf(started.configuration.config);
    const { reload, watch: watchFiles } = createReload({
      target,
      first: started,
      read: () => readFor(context, { ...source, running }),
      warn: (news) => sayWarnings(context.output, news, source),
    });
    act = () => void reload('signal');
    if (early) act();
    const stopWatching = watch ? watchFiles() : undefined;
    return () => {
      act = () => undefined;
      stopWatching?.();
    };
  };
}
