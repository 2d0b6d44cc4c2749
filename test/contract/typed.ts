import type { Exchange } from './transcript.ts';
import { filled } from './bindings.ts';
import type { Asked } from '../support/asked.ts';
import type { Bent } from './possessions.ts';
import type { Props } from './stage.ts';

type Request = Exchange['request'];

/** Fields that hold what an authenticator answers. */
const ANSWERS: ReadonlySet<string> = new Set([
  'passkey_register',
  'passkey_settings_register',
  'passkey_login',
  'webauthn_register',
  'webauthn_login',
]);

/** The request with what a person types or touches at that moment: the code of an app, the answer of a key. */
export async function typed(request: Request, props: Props, bent?: Bent): Promise<Request> {
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return request;
  const { bindings, possessions } = props;
  const fields: Record<string, unknown> = { ...body };
  for (const [field, value] of Object.entries(fields)) {
    if (typeof value !== 'string') continue;
    const [, code] = field === 'totp_code' ? (/^<(code:\d+)>$/.exec(value) ?? []) : [];
    if (code !== undefined && bindings.get(code) === undefined) {
      const secret = request.path.startsWith('/self-service/settings') ? formOf(request, props).secret : undefined;
      possessions.secret = secret ?? possessions.secret;
      bindings.bind(code, await possessions.code(possessions.secret));
    }
    if (ANSWERS.has(field) && value.includes('<credential:'))
      fields[field] = possessions.answer(field, value, formOf(request, props), bent);
  }
  return { ...request, body: fields };
}

/** The form that a request sends. */
function formOf({ path }: Request, { bindings, forms }: Props): Asked {
  return forms.of(new URLSearchParams(filled(path, bindings).replace(/^[^?]*/, '')).get('flow') ?? '');
}
