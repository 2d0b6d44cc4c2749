import { SallyportError } from '../../kernel/error.ts';

/** Runs tasks one after the other, in the order they came. Tasks that may share a commit run as one group. */
export interface WriteQueue<Member> {
  /** Runs a task alone. Throws `unavailable` when it waits for its turn longer than `limit` milliseconds. */
  run<T>(task: () => Promise<T>, limit?: number): Promise<T>;
  /** Puts a member into the group of those that wait beside it. `refuse` is called when it waits too long. */
  join(member: Member, refuse: (error: SallyportError) => void): void;
}

export interface WriteQueueParts<Member> {
  /** Tasks wait so many milliseconds where they do not say how long. */
  readonly longest: number;
  /** The most members of a group. */
  readonly most: number;
  /** Runs a group to its end, whatever happens to its members. */
  readonly together: (members: readonly [Member, ...Member[]]) => Promise<void>;
}

interface Waiting<Member> {
  /** Absent for a task that runs alone. */
  readonly member: Member | undefined;
  /** Called when its turn has come. */
  readonly start: () => void;
}

export function createWriteQueue<Member>({ longest, most, together }: WriteQueueParts<Member>): WriteQueue<Member> {
  const waiting: Waiting<Member>[] = [];
  let busy = false;

  return {
    async run(task, limit = longest) {
      if (busy) await new Promise<void>((resolve, reject) => wait(undefined, limit, resolve, reject));
      busy = true;
      try {
        return await task();
      } finally {
        goOn();
      }
    },
    join(member, refuse) {
      wait(member, longest, () => undefined, refuse);
      if (busy) return;
      busy = true; // before another task can ask
      goOn();
    },
  };

  /**
   * SQLite answers within the same turn of the event loop: without this a long queue would keep requests from being read,
   * and whoever comes in the same turn could not share a commit.
   */
  function goOn(): void {
    if (waiting.length === 0) busy = false;
    else setImmediate(next);
  }

  function next(): void {
    const first = waiting.shift();
    if (first?.member === undefined) {
      if (first === undefined) busy = false;
      else first.start(); // its own task goes on
      return;
    }
    const members: [Member, ...Member[]] = [first.member];
    first.start();
    while (members.length < most && waiting[0]?.member !== undefined) {
      members.push(waiting[0].member);
      waiting.shift()?.start();
    }
    void together(members).finally(goOn);
  }

  function wait(
    member: Member | undefined,
    limit: number,
    start: () => void,
    refuse: (error: SallyportError) => void,
  ): void {
    const timer = setTimeout(() => {
      waiting.splice(waiting.indexOf(entry), 1);
      refuse(new SallyportError('unavailable', 'The database is busy.', { retryAfter: 1 }));
    }, limit);
    const entry: Waiting<Member> = {
      member,
      start() {
        clearTimeout(timer);
        start();
      },
    };
    waiting.push(entry);
  }
}
