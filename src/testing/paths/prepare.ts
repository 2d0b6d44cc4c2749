import type { FlowPath } from '../../analysis/paths.ts';
import type { Subject } from '../../analysis/subject.ts';
import { createVisitor } from './http-client.ts';
import { type Actor, isSecond, settable, setUp, stepUp } from './second-factors.ts';
import { type Driven, signIn } from './server-driver.ts';

/** What the address with which the flow begins says besides; or why the path is left. */
export type Ready = { readonly query: string } | { readonly left: string };

const NOBODY = { left: 'nobody can be signed in with a password here' };

/** Signs the person in, and sets up what the path proves, as far as a flow that begins this way needs it. */
export async function prepare(
  drive: Driven,
  methods: Subject['methods'],
  path: FlowPath,
  way: string,
  actor: Actor,
): Promise<Ready> {
  const { flow } = path;
  const events = [...path.to.map(({ event }) => event), ...path.steps.flatMap((step) => step.events)];
  const proved = events.map((event) => /^accept\.(.+)$/.exec(event)?.[1]).find((name) => name !== undefined);
  const mails = events.includes('challenge.sent');
  const second =
    isSecond(methods, proved) ||
    methods.lanes('login').some(({ mailed, factor }) => mails && mailed && factor === 'second');
  if (flow === 'login') {
    const [method] = settable(methods, proved);
    // A form whose only button asks for a message presses it itself: whoever is to see it has another factor, too.
    if (method !== undefined && (method.name === proved || way === 'open.second')) {
      const before = { ...actor, visitor: createVisitor() };
      if (!(await signedIn(drive, methods, before))) return NOBODY;
      if (!(await setUp(drive, before, method))) return { left: `${method.name} could not be set up` };
    }
  }
  if (way === 'open.second') return (await halfSignedIn(drive, actor)) ? { query: '' } : NOBODY;
  if (flow !== 'settings' && flow !== 'logout' && way !== 'open.refresh') return { query: '' };
  if (!(await signedIn(drive, methods, actor))) return NOBODY;
  return { query: way === 'open.refresh' && second ? '&aal=aal2' : '' };
}

const signedIn = async (drive: Driven, methods: Subject['methods'], actor: Actor): Promise<boolean> =>
  (await signIn(drive, actor.visitor, actor.self)) || (await stepUp(drive, methods, actor));

async function halfSignedIn(drive: Driven, { visitor, self }: Actor): Promise<boolean> {
  if (await signIn(drive, visitor, self)) return true;
  return (await visitor.get(`${drive.publicUrl}/sessions/whoami`)).status === 403;
}
