import type { Mail } from '../../courier/message.ts';
import { pickHeaders } from '../../hook/facts.ts';
import { done, type StoreStepRun, type WriteContext } from './write-context.ts';
import { keepVault } from './vault.ts';

/** Stores what a page asks for next: one-time secrets, their messages, what the flow keeps in its vault. */
export const storeChallenge: StoreStepRun = async (context, _at, written) => {
  const { parts, prepared, request, unit } = context;
  const { secrets = [], mails = [] } = prepared.writes ?? {};
  const { row } = request;
  // A new code takes the place of those before it.
  for (const purpose of new Set(secrets.map((each) => each.purpose))) await unit.secrets.dropOf(row.id, purpose);
  for (const secret of secrets) await unit.secrets.put(secret);
  for (const mail of mails) await unit.outbox.put(parts.render(withHeaders(context, mail)));
  await keepVault(parts, prepared.writes, unit, row);
  return done({ ...written, mailed: written.mailed || mails.some(({ channel }) => channel !== 'none') });
};

/** Templates of messages with a code can read the requester's `Accept-Language` and device headers. */
function withHeaders({ parts: { config }, request: { requester } }: WriteContext, mail: Mail): Mail {
  if (!mail.template.includes('_code_')) return mail;
  const picked = pickHeaders(requester.headers, config.clients.hookHeaders);
  const named = Object.entries(picked).map(([name, value]): [string, readonly string[]] => [canonical(name), [value]]);
  return { ...mail, data: { ...mail.data, request_headers: Object.fromEntries(named) } };
}

/** `Accept-Language`, as the wire writes it. */
const canonical = (name: string): string => name.replaceAll(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
