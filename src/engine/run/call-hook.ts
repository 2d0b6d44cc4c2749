import type { BoundHook } from '../../hook/bind.ts';
import type { FactParts } from '../../hook/facts.ts';
import { returnToOf } from '../view/return-to.ts';
import type { Runner, Submission } from './submission.ts';
import { type Position } from '../machine/snapshot.ts';

/** What a hook may know of this submit; `hook/facts.ts` freezes and filters it. */
export function factsOf(runner: Runner, request: Submission, at: Position, bound: BoundHook): FactParts {
  const { row, asker, identity, issued } = request;
  const session =
    issued?.session ?? (row.kind === 'settings' || row.kind === 'logout' ? asker.session?.session : undefined);
  const person = identity ?? (row.kind === 'settings' || row.kind === 'logout' ? asker.session?.identity : undefined);
  return {
    flow: {
      id: row.id,
      kind: row.kind,
      type: row.type,
      page: at.page,
      method: at.context.method ?? undefined,
      requestUrl: row.requestUrl,
      returnTo: returnToOf(row.requestUrl),
      transientPayload: request.transientPayload,
    },
    point: bound.point,
    draft: at.context.draft ?? undefined,
    identity: person && runner.publicIdentity(person),
    session: session && { id: session.id, aal: session.aal, methods: session.methods.map(({ method }) => method) },
    headers: asker.headers,
    allowedHeaders: runner.config.clients.hookHeaders,
    started: request.started,
    attempt: `${row.id}.${row.revision}.${bound.list}.${bound.phase}.${bound.key}`,
  };
}
