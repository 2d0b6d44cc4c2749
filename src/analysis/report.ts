import type { Finding } from './finding.ts';
import type { HookVerdict } from './hook-verdicts.ts';
import type { Proof } from './check-configuration.ts';
import { drawTrail, writeTrail, type Trail } from './shortest-path.ts';

/** A finding as lines: what, what to do, and the way that shows it. */
export function writeFinding({ id, severity, at, found, advice, trail }: Finding): readonly string[] {
  const where = at.place === undefined ? '' : `${at.place.file}:${at.place.line}:${at.place.column} `;
  return [
    `${severity} ${id}: ${where}${at.path}: ${found}; ${advice}`,
    ...(trail === undefined ? [] : writeTrail(trail).map((line) => `    ${line}`)),
  ];
}

/** What becomes of a hook, in a line. */
export function writeVerdict({ hook, at, reached, dead }: HookVerdict): string {
  const where = at.place === undefined ? at.path : `${at.place.line}:${at.place.column} ${at.path}`;
  const lives = reached.map(
    ({ flow, method, phase, clients }) =>
      `${method === undefined ? flow : `${flow} with ${method}`} (${PHASE[phase]}; ${clients.join(', ')})`,
  );
  const never = dead.map(({ lane, reason }) => `never in ${lane}: ${reason}`);
  return `${hook}  ${where}\n  ${[...lives.map((each) => `runs in ${each}`), ...never].join('\n  ')}`;
}

/** The words that documents use for phases. */
const PHASE = { prepare: 'before persisting', write: 'while persisting', follow: 'after persisting' } as const;

/** Everything, for programs: each way also as a Mermaid diagram. */
export function proofJson({ findings, hooks, rules, states }: Proof): object {
  return {
    findings: findings.map(({ trail, ...finding }) => ({ ...finding, ...(trail && { way: wayJson(trail) }) })),
    hooks: hooks.map(({ reached, ...verdict }) => ({
      ...verdict,
      reached: reached.map(({ trail, ...each }) => ({ ...each, way: wayJson(trail) })),
    })),
    rules,
    states,
  };
}

const wayJson = (trail: Trail): object => ({ ...trail, mermaid: drawTrail(trail) });
