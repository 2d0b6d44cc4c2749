/** The newest of several values, the older of which are still in use. */
export interface Current<T> {
  get(): T;
  /** The newest value, and what to call once when it is not in use any more. */
  use(): { readonly value: T; done(): void };
  /** From now on `next` is the newest; the one before it is released when nothing uses it any more. */
  replace(next: T): void;
  /** Values that are not released: the newest, and those in use. */
  count(): number;
  /** Releases all, whether in use or not. */
  close(): Promise<void>;
}

interface Held<T> {
  readonly value: T;
  users: number;
}

/** `retire` is called at once when a value is replaced, `release` when it is not in use any more. Neither may throw. */
export function createCurrent<T>(
  first: T,
  { retire, release }: { readonly retire?: (value: T) => void; readonly release: (value: T) => Promise<void> },
): Current<T> {
  let newest: Held<T> = { value: first, users: 0 };
  const held = new Set([newest]);
  const releasing = new Set<Promise<void>>();

  function releaseUnused(old: Held<T>): void {
    if (old === newest || old.users > 0 || !held.delete(old)) return;
    const released = release(old.value).finally(() => releasing.delete(released));
    releasing.add(released);
  }
  return {
    get: () => newest.value,
    use() {
      const mine = newest;
      mine.users += 1;
      return {
        value: mine.value,
        done() {
          mine.users -= 1;
          releaseUnused(mine);
        },
      };
    },
    replace(next) {
      const old = newest;
      newest = { value: next, users: 0 };
      held.add(newest);
      retire?.(old.value);
      releaseUnused(old);
    },
    count: () => held.size,
    async close() {
      const all = [...held].map(({ value }) => value);
      held.clear();
      await Promise.all([...all.map(release), ...releasing]);
    },
  };
}
