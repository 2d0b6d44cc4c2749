import type { Context } from 'koa';
import { SallyportError } from '../../../kernel/error.ts';
import type { HttpContext } from '../context.ts';

/** The `identity_schema` that a flow is opened with: the default, or one that the configuration offers. */
export function chosenSchema({ config, schemas }: HttpContext, ctx: Context): string | undefined {
  const wanted = ctx.query['identity_schema'];
  if (wanted === undefined || wanted === '') return undefined;
  const source = config.identity.schemas.find(({ id }) => id === wanted);
  if (source === undefined || !(source.selectable || source.id === schemas.defaultId)) {
    throw new SallyportError('bad_request', 'identity_schema names no schema that can be chosen here.');
  }
  return source.id;
}
