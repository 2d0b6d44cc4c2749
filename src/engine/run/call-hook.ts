import type { BoundHook } from '../../hook/bind.ts';
import type { FactParts } from '../../hook/facts.ts';
import { returnToOf } from '../view/return-to.ts';
import type { Runner } from '../parts.ts';
import type { Submission } from './submission.ts';
import { type Position } from '../machine/snapshot.ts';

/** What a hook may know of this submit; `hook/facts.ts` freezes and filters it. */
export function factsOf(runner: Runner, request: Submission, at: Position, bound: BoundHook): FactParts {
  const { row, requester, identity, issued } = request;
  const session =
    issued?.session ?? (row.kind === 'settings' || row.kind === 'logout' ? requester.session?.session : undefined);
  const person =
    identity ?? (row.kind === 'settings' || row.kind === 'logout' ? requester.session?.identity : undefined);
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
    headers: requester.headers,
    allowedHeaders: runner.config.clients.hookHeaders,
    started: request.started,
    attempt: `${row.id}.${row.revision}.${bound.list}.${bound.phase}.${bound.key}`,
  };
}
