import type { Checked } from '../checked.ts';
import type { Dialect } from '../config.ts';
import type { Problems } from '../source/problems.ts';
import { isBetween, type Origin } from './dialect.ts';
import type { Written } from './find-all.ts';

export const DIALECT_NAMES: Readonly<Record<Dialect, string>> = {
  'v0.1-job': 'v0.1 (`job`)',
  'v0.3-hook': 'v0.3 (`hook`)',
  current: "today's",
};

/** Says of which release a file is, where it is none of today, or that it has names of several. */
export function sayOrigin(origin: Origin, checked: Checked, problems: Problems): void {
  const { release, older, newer } = origin;
  const [first] = older;
  if (first === undefined) return;
  if (newer.length > 0)
    problems.warn(
      first.at,
      'mixed-dialects',
      `stands in a file with names of v0.4 to v0.8 (${listed(older)}) and of later releases (${listed(newer)})`,
      `each is read as its name says; what is not written is as today${mailsCodes(checked) ? ', so mails carry codes: for links write `use: link`' : ''}`,
    );
  if (!isBetween(origin)) return;
  if (release === 'v0.4') sayCallbacks(checked, problems);
  if (mails(checked) && !RECIPIENTS.some((key) => checked.values.has(key)))
    problems.note(
      { ...first.at, path: RECIPIENTS[0] },
      'safe-reading',
      `is not written, and ${release} mailed to addresses that nobody has`,
      'here nothing is sent to them: write true to tell them',
    );
  problems.note(
    first.at,
    'old-spelling',
    `stands in a file of Ory Kratos ${release}, whose defaults hold: registration on one page, links by mail${release === 'v0.4' ? ', sessions of 1h' : ''}`,
    '`sallyport config upgrade` prints the file as it is written today',
  );
}

const MOST = 6;

function listed(found: readonly Written[]): string {
  const paths = [...new Set(found.map(({ at }) => at.path))];
  return paths.length <= MOST ? paths.join(', ') : `${paths.slice(0, MOST).join(', ')}, …`;
}

const RECIPIENTS = [
  'selfservice.flows.recovery.notify_unknown_recipients',
  'selfservice.flows.verification.notify_unknown_recipients',
] as const;

/** Verification or recovery is on. */
const mails = ({ values }: Checked): boolean =>
  ['recovery', 'verification'].some((flow) => values.get(`selfservice.flows.${flow}.enabled`)?.value === true);

/** Where providers of v0.4 send people back to is another address today. */
function sayCallbacks({ values }: Checked, problems: Problems): void {
  const providers = values.get('selfservice.methods.oidc.config.providers');
  if (providers === undefined || providers.items.length === 0) return;
  const base = String(values.get('serve.public.base_url')?.value ?? '<serve.public.base_url>').replace(/\/$/, '');
  problems.warn(
    providers.at,
    'old-spelling',
    `were called back at ${base}/self-service/browser/flows/strategies/oidc/callback/<id> by v0.4`,
    `register ${base}/self-service/methods/oidc/callback/<id> at each provider`,
  );
}

/** Verification or recovery is on, and nobody wrote by what. */
function mailsCodes(checked: Checked): boolean {
  const has = (key: string): boolean => checked.values.has(key) || checked.broken.has(key);
  const chosen = [
    'selfservice.flows.recovery.use',
    'selfservice.flows.verification.use',
    'selfservice.methods.link.enabled',
    'selfservice.methods.code.enabled',
  ].some(has);
  return mails(checked) && !chosen;
}
