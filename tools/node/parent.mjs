// Loaded into a process that the launcher (bin/sallyport.cjs) starts under Node 24, before anything else. The launcher
// holds the other end of the pipe; when it is gone, even by kill -9, this process ends too.
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const GRACE_MS = 30_000;

const fd = process.env.SALLYPORT_PARENT_PIPE;
// Not for the processes and threads that this one starts: they inherit the flag that loads this file, but no pipe.
delete process.env.SALLYPORT_PARENT_PIPE;

if (fd !== undefined && isMainThread) {
  const pipe = new Socket({ fd: Number(fd), readable: true, writable: false });
  pipe.on('error', () => {});
  pipe.on('close', end);
  pipe.resume();
  pipe.unref();
}

function end() {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
}
