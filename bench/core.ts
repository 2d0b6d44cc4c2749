import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';

/** Which core a process runs on: the measured server has one of its own, load and database share the others. */
export interface Cores {
  readonly pinned: boolean;
  /** What `start` starts meanwhile stays on the measured core. */
  onMeasured<T>(start: () => Promise<T>): Promise<T>;
}

/** Pins by Linux's `taskset`; elsewhere, or on one core, everything runs where it likes, and the table says so. */
export function chooseCores(): Cores {
  const free: Cores = { pinned: false, onMeasured: (start) => start() };
  if (os.platform() !== 'linux' || os.availableParallelism() < 2) return free;
  const others = `1-${os.cpus().length - 1}`;
  if (!pin(others)) return free;
  return {
    pinned: true,
    // A child process inherits the core of its parent.
    async onMeasured(start) {
      pin('0');
      try {
        return await start();
      } finally {
        pin(others);
      }
    },
  };
}

function pin(cores: string): boolean {
  return spawnSync('taskset', ['--cpu-list', '--pid', cores, String(process.pid)]).status === 0;
}

/** Processor seconds a process has used, all threads; undefined where there is no /proc. */
export function cpuSecondsOf(pid: number): number | undefined {
  const threads = list(`/proc/${pid}/task`);
  // Nanoseconds on a processor; /proc/<pid>/stat counts in hundredths of a second, too coarse for a slice.
  const spent = threads.map((thread) => Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[0] ?? 0));
  return threads.length === 0 ? undefined : spent.reduce((total, each) => total + each, 0) / 1e9;
}

/** MiB: what a process holds now, and the most it held. */
export function memoryOf(pid: number): { readonly now: number; readonly most: number } | undefined {
  const text = read(`/proc/${pid}/status`);
  const mebibytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1]) / 1024;
  const found = { now: mebibytes('VmRSS'), most: mebibytes('VmHWM') };
  return Number.isNaN(found.now + found.most) ? undefined : found;
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not Linux, or the process is gone
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not Linux, or the process is gone
  }
}
