import { defineHook } from 'sallyport/plugin';
import type { Facts, At, Continue, Fail, Modify, Outside, VerdictIn } from 'sallyport/plugin';
import { judge } from './web_hook/answer.ts';
import { blocks, ignores, load, schema, type WebHook, type Written } from './web_hook/config.ts';
import { contextOf } from './web_hook/context.ts';
import { prepare, send } from './web_hook/request.ts';

const BEFORE: At = {
  'login.before': 'prepare',
  'registration.before': 'prepare',
  'settings.before': 'prepare',
  'recovery.before': 'prepare',
  'verification.before': 'prepare',
};

/** A web hook that may interrupt runs in prepare; one whose answer is ignored, in write, by way of the outbox. */
function placesOf(config: Written): At {
  const early = blocks(config) ? 'prepare' : ignores(config) ? 'write' : undefined;
  return {
    ...BEFORE,
    'login.after': early ?? 'prepare',
    'registration.after': early ?? 'follow',
    'settings.after': early ?? 'follow',
    'recovery.after': early ?? 'prepare',
    'verification.after': early ?? 'prepare',
  };
}

/** Only an answer that is waited for and looked at can object or change something. */
function verdictsOf(config: Written): readonly VerdictIn['prepare']['kind'][] {
  if (!blocks(config)) return ['continue'];
  return config.response?.parse === true ? ['continue', 'modify', 'fail'] : ['continue', 'fail'];
}

async function ask(facts: Facts, config: WebHook, reach: Outside): Promise<Continue | Modify | Fail> {
  const request = prepare(config, contextOf(facts, reach.flow()), facts);
  if (request === undefined) return { kind: 'continue' };
  if (!ignores(config)) return await judge(config, await send(config, request, reach, facts.signal), facts);
  // Before a flow there is no transaction to put the request into: it is sent once, and a failure is only logged.
  try {
    await send(config, request, reach, facts.signal, { tries: 1 });
  } catch (error) {
    reach.log.warn('A web hook whose answer is ignored was not taken.', {
      reason: error instanceof Error ? error.message : 'unknown',
    });
  }
  return { kind: 'continue' };
}

/** Calls another system over HTTP. */
export default defineHook<WebHook>({
  name: 'web_hook',
  at: placesOf,
  // Three tries of five seconds, and the waits between them.
  timeoutMs: { prepare: 20_000, write: 1_000, follow: 20_000 },
  meta: (config) => ({ verdicts: { prepare: verdictsOf(config), write: ['continue'], follow: ['continue'] } }),
  config: schema,
  load,
  run: {
    prepare: ask,
    async write(facts, config, { flow, outbox }) {
      const request = prepare(config, contextOf(facts, flow()), facts);
      if (request !== undefined) {
        const { method, headers, body = '' } = request;
        await outbox.request({ url: config.url, method, headers, body });
      }
      return { kind: 'continue' };
    },
    async follow(facts, config, reach) {
      await ask(facts, config, reach);
      return { kind: 'continue' };
    },
  },
});
