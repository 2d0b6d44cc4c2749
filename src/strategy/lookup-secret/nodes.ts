import { input, type Node } from '../../flow/json.ts';
import { isObject, type Json } from '../../kernel/json.ts';
import { moment, say } from '../../kernel/messages.ts';
import type { View } from '../strategy.ts';
import { type ShownCode, TYPE } from './stored-codes.ts';

/** What a form of the settings asks for. */
export const ASKS = ['regenerate', 'reveal', 'confirm', 'disable'] as const;
export type Asks = (typeof ASKS)[number];

/** The button of a form. */
export const buttonOf = (asks: Asks): string => `lookup_secret_${asks}`;

/** What a flow of the settings shows for a time: codes that were made and are not stored, or those that are. */
export interface ShownCodes {
  readonly what: 'made' | 'revealed';
  readonly codes: readonly ShownCode[];
}

const LABELS = { regenerate: 1050008, reveal: 1050007, confirm: 1050011, disable: 1050016 } as const;

/** The states of the reference: none, made, stored, revealed. Without `reveal` stored codes offer new ones in place of themselves. */
export function settingsNodes({ owned, kept }: Pick<View, 'owned' | 'kept'>, reveal: boolean): readonly Node[] {
  const shown = parseShown(kept);
  if (shown?.what === 'made') return [codesNode(shown), button('confirm')];
  if (owned[TYPE] === undefined) return [button('regenerate')];
  if (shown !== undefined) return [codesNode(shown), button('disable'), button('regenerate')];
  return [button(reveal ? 'reveal' : 'regenerate'), button('disable')];
}

const button = (asks: Asks): Node =>
  input('lookup_secret', buttonOf(asks), 'submit', { value: 'true', label: say(LABELS[asks]) });

function codesNode({ codes }: ShownCodes): Node {
  const secrets = codes.map(({ code, usedAt }): Json => {
    const {
      id,
      text,
      type,
      context = {},
    } = usedAt === undefined ? say(1050009, { secret: code }) : say(1050014, moment('used_at', usedAt));
    return { id, text, type, context };
  });
  return {
    type: 'text',
    group: 'lookup_secret',
    attributes: { text: say(1050015, { secrets }), id: 'lookup_secret_codes', node_type: 'text' },
    messages: [],
    meta: { label: say(1050010) },
  };
}

/** As the flow keeps them. */
export const shownJson = ({ what, codes }: ShownCodes): Json => ({
  what,
  codes: codes.map(({ code, usedAt = null }) => ({ code, usedAt })),
});

/** Sealed by the engine. */
export function parseShown(value: Json | undefined): ShownCodes | undefined {
  if (!isObject(value) || !Array.isArray(value['codes'])) return undefined;
  const codes = value['codes'].flatMap((each: unknown): readonly ShownCode[] => {
    if (!isObject(each) || typeof each['code'] !== 'string') return [];
    return [{ code: each['code'], usedAt: typeof each['usedAt'] === 'number' ? each['usedAt'] : undefined }];
  });
  return { what: value['what'] === 'made' ? 'made' : 'revealed', codes };
}
