import { type Answer, type Fields, type HttpClient, read, readList, readText } from './http-client.ts';

/** The form of a page that a mailed link shows: where it goes, and the fields that it carries. */
export interface LinkForm {
  readonly action: string;
  readonly hidden: Fields;
  /** Names of all its nodes. */
  readonly names: readonly string[];
  /** Ids of its messages. */
  readonly messages: readonly number[];
}

/** Reads the form that a link answers a program with. */
export function linkForm({ json }: Answer): LinkForm {
  const inputs = readList(json, 'ui.nodes').map((node) => read(node, 'attributes'));
  const hidden = inputs
    .filter((input) => read(input, 'type') === 'hidden')
    .map((input) => [readText(input, 'name'), readText(input, 'value')] as const);
  return {
    action: readText(json, 'ui.action'),
    hidden: Object.fromEntries(hidden),
    names: inputs.map((input) => readText(input, 'name')),
    messages: readList(json, 'ui.messages').map((message) => Number(read(message, 'id'))),
  };
}

/** Opens a mailed link and presses a button of its page, as a browser does; the one that uses the link unless `with` says another. */
export async function pressLink(http: HttpClient, link: string, pressed: Fields = { method: 'link' }): Promise<Answer> {
  const shown = await http.get(link, { accept: 'application/json' });
  if (shown.status !== 200) throw new Error(`The link shows no page: ${shown.status} ${shown.text}`);
  const { action, hidden } = linkForm(shown);
  return http.post(action, { form: { ...hidden, ...pressed }, accept: 'text/html' });
}
