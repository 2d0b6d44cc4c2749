import { isMap, isScalar, isSeq, Pair, Scalar, YAMLMap, YAMLSeq, type Node } from 'yaml';
import type { Origin } from '../dialect/dialect.ts';
import {
  asSection,
  entryAt,
  entryOf,
  isText,
  put,
  remove,
  scalarOf,
  take,
  type Entry,
  type Section,
  type Surgery,
} from './surgery.ts';

/** Values that are written another way today. */
export function convertValues(surgery: Surgery, { cameWithV1_1 }: Pick<Origin, 'cameWithV1_1'>): void {
  convertMemory(surgery);
  convertSchemaUrl(surgery);
  convertSampling(surgery);
  convertSms(surgery, cameWithV1_1);
  convertStyle(surgery);
  for (const method of ['webauthn', 'passkey']) convertOrigin(surgery, `selfservice.methods.${method}.config.rp`);
  dropEmptyAliases(surgery);
  dropLegacySsl(surgery);
}

/** KiB without a unit. */
function convertMemory(surgery: Surgery): void {
  const key = 'hashers.argon2.memory';
  const kib = scalarOf(entryAt(surgery, key));
  if (typeof kib !== 'number') return;
  surgery.say(key, entryAt(surgery, key)?.key, `is now ${kib}KB`);
  put(surgery, key, `${kib}KB`);
}

/** `identity.default_schema_url`: the first of the schemas, and the default. */
function convertSchemaUrl(surgery: Surgery): void {
  const key = 'identity.default_schema_url';
  const entry = entryAt(surgery, key);
  if (entry === undefined) return;
  const chosen = 'identity.default_schema_id';
  const id = scalarOf(entryAt(surgery, chosen)) ?? 'default';
  surgery.say(key, entry.key, `is now the schema ${String(id)} of identity.schemas`);
  const list = entryAt(surgery, 'identity.schemas')?.value;
  const isListed = isSeq(list) && list.items.some((item) => isMap(item) && item.get('id') === id);
  if (isListed) return remove(surgery, key);
  // Where it stood, so that what is said about it stays there.
  if (isSeq(list)) take(surgery, key);
  const schema = new YAMLMap<Scalar<string>, Node | null>(surgery.doc.schema);
  schema.items.push(new Pair(new Scalar('id'), new Scalar(id)));
  schema.items.push(new Pair(new Scalar('url'), entry.value));
  if (isSeq(list)) {
    if (entry.key.commentBefore) schema.commentBefore = entry.key.commentBefore;
    list.items.unshift(schema);
  } else {
    const made = new YAMLSeq(surgery.doc.schema);
    made.items.push(schema);
    entry.key.value = 'schemas';
    entry.value = made;
  }
  if (entryAt(surgery, chosen) === undefined) put(surgery, chosen, id);
}

/** Constant 1, and a probability, are ratios. */
function convertSampling(surgery: Surgery): void {
  const sampling = 'tracing.providers.jaeger.sampling';
  const type = scalarOf(entryAt(surgery, `${sampling}.type`));
  const value = scalarOf(entryAt(surgery, `${sampling}.value`));
  if (typeof value !== 'number' || value < 0 || value > 1 || (type !== 'const' && type !== 'probabilistic')) return;
  put(surgery, `${sampling}.trace_id_ratio`, value);
}

function convertSms(surgery: Surgery, cameWithV1_1: boolean): void {
  const key = 'courier.sms';
  const entry = entryAt(surgery, key);
  const section = asSection(entry?.value);
  if (entry === undefined || section === undefined) return;
  const request = entryOf(section, 'request_config');
  if (cameWithV1_1 || scalarOf(entryOf(section, 'enabled')) !== true || request === undefined) {
    surgery.say(key, entry.key, 'is removed: it sent nothing');
    return remove(surgery, key);
  }
  const from = entryOf(section, 'from');
  surgery.say(key, entry.key, 'is now the channel sms of courier.channels');
  if (from !== undefined) surgery.say(`${key}.from`, from.key, 'is removed: write the sender into the body');
  const channel = surgery.doc.createNode({ id: 'sms', type: 'http' }) as Section; // made of a mapping
  channel.items.push(request);
  const channels = new YAMLSeq(surgery.doc.schema);
  channels.items.push(channel);
  entry.key.value = 'channels';
  entry.value = channels;
}

function convertStyle(surgery: Surgery): void {
  const key = 'selfservice.flows.registration.enable_legacy_one_step';
  const entry = entryAt(surgery, key);
  if (entry === undefined) return;
  const oneStep = scalarOf(entry) === true;
  if (!oneStep || entryAt(surgery, 'selfservice.flows.registration.style') !== undefined) {
    surgery.say(key, entry.key, 'is removed: it changes nothing');
    return remove(surgery, key);
  }
  surgery.say(key, entry.key, 'is now style: unified');
  entry.key.value = 'style';
  if (isScalar(entry.value)) entry.value.value = 'unified';
}

function convertOrigin(surgery: Surgery, party: string): void {
  const entry = entryAt(surgery, `${party}.origin`);
  if (entry !== undefined) {
    surgery.say(`${party}.origin`, entry.key, 'is now origins');
    entry.key.value = 'origins';
    entry.value = listWith(entry, surgery);
  }
  const icon = entryAt(surgery, `${party}.icon`);
  if (icon === undefined) return;
  surgery.say(`${party}.icon`, icon.key, 'is removed: browsers no longer show it');
  remove(surgery, `${party}.icon`);
}

function listWith({ value }: Entry, { doc }: Surgery): YAMLSeq {
  const list = new YAMLSeq(doc.schema);
  list.items.push(value);
  return list;
}

function dropEmptyAliases(surgery: Surgery): void {
  const key = 'serve.public.domain_aliases';
  const entry = entryAt(surgery, key);
  if (entry === undefined) return;
  surgery.say(key, entry.key, 'is removed: there is one public address');
  remove(surgery, key);
}

function dropLegacySsl(surgery: Surgery): void {
  const key = 'courier.smtp.connection_uri';
  const node = entryAt(surgery, key)?.value;
  if (!isText(node) || !/^smtps:.*[?&]legacy_ssl=true/.test(node.value)) return;
  surgery.say(key, node, 'has lost legacy_ssl: smtps:// says it already');
  node.value = node.value.replace(/([?&])legacy_ssl=true(&|$)/, (_, before: string, after: string) =>
    after === '' ? '' : before,
  );
}

/** The version decides the dialect of a file: what is rewritten is of today. */
export function raiseVersion(surgery: Surgery, version: string): void {
  const entry = entryAt(surgery, 'version');
  if (entry === undefined || scalarOf(entry) === version) return;
  surgery.say('version', entry.key, `is now ${version}`);
  put(surgery, 'version', version);
}
