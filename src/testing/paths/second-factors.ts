import type { JsonObject } from '../../kernel/json.ts';
import type { Subject } from '../../analysis/subject.ts';
import type { Method } from '../../strategy/method.ts';
import type { Hands } from './hands.ts';
import type { Visitor } from './http-client.ts';
import { type Driven, flowIn, mailTo } from './server-driver.ts';
import type { Person } from './test-person.ts';

/** Somebody who acts: who they are, what they hold, and the browser they sit at. */
export interface Actor {
  readonly self: Person;
  readonly hands: Hands;
  readonly visitor: Visitor;
}

type Methods = Subject['methods'];

/** The query of a login that asks for the second factor: where a path leads over one. */
export const isSecond = (methods: Methods, method: string | undefined): boolean =>
  methods.lanes('login').some((lane) => lane.method === method && lane.factor === 'second');

/** What the person was made with. */
const OWN = 'password';

/** The methods that a signed-in person can set up in settings and sign in by, this one first. */
export function settable(methods: Methods, first: string | undefined): readonly Method[] {
  const lanes = new Set(methods.lanes('settings').map(({ method }) => method));
  const some = methods.all.filter(({ name }) => lanes.has(name) && isSecond(methods, name));
  return [
    ...methods.all.filter(({ name }) => name === first && name !== OWN && lanes.has(name)),
    ...some.filter(({ name }) => name !== first),
  ];
}

/** Sets the method up in settings, in the session of this browser; false: this person cannot. */
export async function setUp(drive: Driven, { self, hands, visitor }: Actor, method: Method): Promise<boolean> {
  const opened = await visitor.get(`${drive.publicUrl}/self-service/settings/browser`);
  let flow = flowIn(opened.json);
  let shown = opened.json;
  // What a method shows first comes with its next form.
  for (const event of ['challenge.form', `accept.${method.name}`]) {
    if (flow === undefined) return false;
    const question = { kind: 'settings', page: 'form', event, person: self, code: undefined } as const;
    const fields = method.types?.({ ...question, holds: hands.facing(shown) });
    if (fields === undefined) continue;
    const body: JsonObject = { method: method.name, ...fields, csrf_token: flow.csrf };
    const { status, json } = await visitor.post(`${drive.publicUrl}/self-service/settings?flow=${flow.id}`, body);
    if (status !== 200) return false;
    hands.facing(json);
    [flow, shown] = [flowIn(json), json];
    if (event.startsWith('accept')) return true;
  }
  return false;
}

/** Gives the second factor that is asked for after the first; whether the session has both then. */
export async function stepUp(drive: Driven, methods: Methods, { self, hands, visitor }: Actor): Promise<boolean> {
  const begun = await visitor.get(`${drive.publicUrl}/self-service/login/browser?aal=aal2`);
  let flow = flowIn(begun.json);
  let shown = begun.json;
  for (const event of ['challenge.sent', 'accept']) {
    for (const method of methods.all.filter(({ name }) => isSecond(methods, name))) {
      if (flow === undefined) return false;
      const code = (await mailTo(drive, self))?.code;
      const page = event === 'accept' ? 'sent' : 'second';
      const holds = hands.facing(shown);
      const asked = event === 'accept' ? `accept.${method.name}` : event;
      const fields = method.types?.({ kind: 'login', page, event: asked, person: self, code, holds });
      if (fields === undefined) continue;
      const body: JsonObject = { method: method.name, ...fields, csrf_token: flow.csrf };
      const { status, json } = await visitor.post(`${drive.publicUrl}/self-service/login?flow=${flow.id}`, body);
      if (status === 200) return true;
      [flow, shown] = [flowIn(json) ?? flow, json];
    }
  }
  return false;
}
