import { isSeq, Pair, Scalar, type Node, type YAMLSeq } from 'yaml';
import { isObject } from '../../kernel/json.ts';
import type { Config, HookEntry, HookList } from '../config.ts';
import {
  asSection,
  entryAt,
  entryOf,
  isText,
  place,
  put,
  remove,
  take,
  type Section,
  type Surgery,
} from './surgery.ts';

type Lists = Pick<Config, 'lists' | 'dialect' | 'methods' | 'listOwners'>;

/** Writes every list of hooks as it is written today, and says what no list of today can say. */
export function convertLists(surgery: Surgery, { lists, dialect, methods, listOwners }: Lists): void {
  const seen = new Set<string>();
  for (const list of lists) {
    const node = entryAt(surgery, list.path)?.value;
    if (seen.has(list.path) || !isSeq(node)) continue;
    seen.add(list.path);
    if (list.dialect === 'current') convertEntries(surgery, list, node);
    else convertOld(surgery, list, node);
  }
  if (dialect === 'current') return;
  surgery.say(
    'selfservice.flows.verification',
    undefined,
    'mails after registration and settings by itself, for every method',
  );
  const silent = listOwners.login.filter(
    (method) =>
      methods[method]?.enabled === true && !lists.some((list) => list.flow === 'login' && list.method === method),
  );
  if (dialect === 'v0.1-job' && silent.length > 0)
    surgery.say(
      'selfservice.flows.login',
      undefined,
      `gives a session to who signs in by ${silent.join(', ')}; v0.1 gave none without \`job: session\``,
    );
}

/** Of a list of today: `verify` that did nothing, and bodies without a scheme. */
function convertEntries(surgery: Surgery, list: HookList, node: YAMLSeq): void {
  const written = [...node.items];
  for (const [i, item] of written.entries()) {
    const section = asSection(item);
    if (section === undefined) continue;
    const entry = list.entries.find(({ path }) => path === `${list.path}[${i}]`);
    if (entry === undefined) {
      surgery.say(`${list.path}[${i}]`, section, 'is removed: it did nothing');
      node.items = node.items.filter((each) => each !== item);
    } else writeBody(surgery, entry, section);
  }
  if (written.length > 0 && node.items.length === 0) remove(surgery, list.path);
}

function writeBody(surgery: Surgery, { hook, config, path }: HookEntry, section: Section): void {
  const body = entryOf(asSection(entryOf(section, 'config')?.value), 'body')?.value;
  const read = hook === 'web_hook' && isObject(config) ? config['body'] : undefined;
  if (!isText(body) || typeof read !== 'string' || body.value === read || body.value.includes('${env:')) return;
  surgery.say(`${path}.config.body`, body, `is now ${read}`);
  body.value = read;
}

/** `selfservice.login.after.password` in the words of v0.1 or v0.3. */
function convertOld(surgery: Surgery, list: HookList, node: YAMLSeq): void {
  const { flow, point, path } = list;
  const [, owner] = /\.after\.(?!hooks$)(\w+)/.exec(path) ?? [];
  const home = `selfservice.flows.${flow}.${point}${owner === undefined ? '' : `.${owner}`}`;
  const end = list.entries.findIndex(({ hook }) => hook === 'redirect');
  const kept: unknown[] = [];
  for (const [i, entry] of list.entries.entries()) {
    const item = asSection(node.items[i]);
    if (item === undefined) continue;
    const isKept = end === -1 || i <= end;
    if (isKept && convertEntry(surgery, { list, entry, home }, item)) kept.push(item);
    if (!isKept) surgery.say(entry.path, item, 'is removed: it stood after `redirect` and never ran');
  }
  const signsIn = list.entries.slice(0, end === -1 ? undefined : end).some(({ hook }) => hook === 'session');
  if (list.dialect === 'v0.1-job' && flow === 'login' && point === 'after' && !signsIn)
    surgery.say(path, node, 'gives a session: v0.1 gave none without `job: session`');
  node.items = kept;
  if (path === `${home}.hooks`) return;
  surgery.say(path, node, `is now ${home}.hooks`);
  if (kept.length === 0) return remove(surgery, path);
  const entry = take(surgery, path);
  if (entry !== undefined) place(surgery, `${home}.hooks`, entry);
}

interface Old {
  readonly list: HookList;
  readonly entry: HookEntry;
  readonly home: string;
}

/** False when the entry has another place, or none, today. */
function convertEntry(surgery: Surgery, { list, entry, home }: Old, item: Section): boolean {
  const { flow, point, dialect } = list;
  const isAfter = point === 'after';
  const gone =
    entry.hook === 'verify' && isAfter
      ? 'verification sends by itself where it is enabled'
      : entry.hook === 'session' && isAfter && flow === 'login'
        ? 'a sign-in gives a session by itself'
        : undefined;
  if (gone !== undefined) {
    surgery.say(entry.path, item, `is removed: ${gone}`);
    return false;
  }
  const config = isObject(entry.config) ? entry.config : {};
  const leads = dialect === 'v0.1-job' && isAfter && entry.hook === 'redirect';
  if (leads && (flow === 'registration' || config['allow_user_defined'] === true)) {
    surgery.say(entry.path, item, `is now ${home}.default_browser_return_url`);
    if (entryAt(surgery, `${home}.default_browser_return_url`) === undefined)
      put(surgery, `${home}.default_browser_return_url`, config['to']);
    return false;
  }
  const word = entryOf(item, 'job');
  if (word !== undefined) word.key.value = 'hook';
  if (entry.hook === 'redirect') writeTarget(item, config['to'], surgery);
  return true;
}

function writeTarget(item: Section, to: unknown, { doc }: Surgery): void {
  const section = asSection(entryOf(item, 'config')?.value);
  if (section === undefined) return;
  const [target] = ['to', 'redirect_to', 'default_redirect_url'].flatMap((name) => entryOf(section, name) ?? []);
  if (target === undefined) section.items = [new Pair(new Scalar('to'), doc.createNode(to) as Node)];
  else {
    target.key.value = 'to';
    section.items = [target];
  }
}
