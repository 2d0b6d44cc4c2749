import type Router from '@koa/router';
import { SallyportError } from '../../../kernel/error.ts';
import { decodeUtf8 } from '../../../kernel/utf8.ts';
import { writeJson } from '../../middleware/json.ts';
import { readOffset, writeOffsetLinks } from '../../pagination.ts';
import type { HttpContext } from '../context.ts';

/** The configured identity schemas; an id is plain or in unpadded base64url. */
export function schemaRoutes(router: Router, { schemas, config }: HttpContext): void {
  router.get(both('/schemas'), async (ctx) => {
    const all = schemas.list();
    const query = readOffset(ctx);
    writeOffsetLinks(ctx, config.serve.public.baseUrl, query, all.length);
    const { page, size } = query;
    writeJson(
      ctx,
      200,
      all.slice(page * size, (page + 1) * size).map(({ id, document }) => ({ id, schema: document })),
    );
  });
  router.get(both('/schemas/:id'), async (ctx) => {
    const id = String(ctx.params['id']);
    const schema = schemas.get(id) ?? schemas.get(decodeUtf8(Buffer.from(id, 'base64url')) ?? '');
    if (schema === undefined) throw new SallyportError('not_found', 'There is no such schema.');
    writeJson(ctx, 200, schema.document);
  });
}

/** The same below `/admin`, where clients of the admin API look for it. */
const both = (path: string): string[] => [path, `/admin${path}`];
