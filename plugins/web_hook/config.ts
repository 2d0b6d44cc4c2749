import { compileJsonnet, configuredUrl, z } from 'sallyport/plugin';
import type { Program, Start } from 'sallyport/plugin';

const text = z.string().min(1);

const auth = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('api_key'),
    config: z.strictObject({ name: text, value: text, in: z.enum(['header', 'cookie']) }),
  }),
  z.strictObject({ type: z.literal('basic_auth'), config: z.strictObject({ user: text, password: z.string() }) }),
]);

/** Methods without a body. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const TYPES: ReadonlySet<string> = new Set(['application/json', 'application/x-www-form-urlencoded']);

/** As written under `config`. */
export const schema = z
  .strictObject({
    url: configuredUrl,
    method: z
      .string()
      .regex(/^[A-Za-z]{3,16}$/, 'an HTTP method')
      .transform((method) => method.toUpperCase())
      .refine((method) => !['CONNECT', 'TRACE', 'TRACK'].includes(method), 'another method: this one cannot be sent'),
    body: text.optional(),
    headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header'), z.string()).optional(),
    auth: auth.optional(),
    response: z.strictObject({ ignore: z.boolean().optional(), parse: z.boolean().optional() }).optional(),
    can_interrupt: z.boolean().optional(),
    emit_analytics_event: z.boolean().optional(),
    id: text.optional(),
  })
  .superRefine(({ method, body, headers, response, can_interrupt: interrupts }, context) => {
    const refuse = (path: readonly string[], message: string): void => {
      context.addIssue({ code: 'custom', path: [...path], message });
    };
    if (response?.ignore === true && (response.parse === true || interrupts === true))
      refuse(
        ['response', 'ignore'],
        'false, beside parse and can_interrupt: an answer that is ignored cannot interrupt',
      );
    if (body === undefined && !BODILESS.has(method))
      refuse(['body'], 'the file://, base64:// or http(s):// URI of a Jsonnet file');
    if (!TYPES.has(contentTypeOf(headers)))
      refuse(['headers', 'Content-Type'], `one of ${[...TYPES].join(', ')}: a body is written as one of them`);
  });

export type Written = z.output<typeof schema>;

/** The configuration with the compiled program of its body. */
export type WebHook = Written & { readonly program?: Program };

export const blocks = ({ can_interrupt: interrupts, response }: Written): boolean =>
  interrupts === true || response?.parse === true;
export const ignores = ({ response }: Written): boolean => response?.ignore === true;
export const carries = ({ method }: Written): boolean => !BODILESS.has(method);

export function contentTypeOf(headers: Written['headers'] = {}): string {
  const [, written = 'application/json'] =
    Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type') ?? [];
  return written.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

/** Reads and compiles the body's file at start. */
export async function load(config: WebHook, { readText }: Start): Promise<WebHook> {
  const { body } = config;
  if (body === undefined) return config;
  // Older configurations write a path without a scheme.
  const uri = /^(?:file|base64|https?):\/\//.test(body) ? body : `file://${body}`;
  const name = uri.startsWith('base64://') ? 'body' : uri.replace(/^file:\/\//, '');
  return { ...config, program: compileJsonnet(await readText(uri), name) };
}
