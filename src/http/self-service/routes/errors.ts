import type Router from '@koa/router';
import { SallyportError } from '../../../kernel/error.ts';
import { writeJson } from '../../middleware/json.ts';
import type { HttpContext } from '../context.ts';

/** The stored errors, for the configured error page. */
export function errorRoutes(router: Router, { errors }: HttpContext): void {
  router.get('/self-service/errors', async (ctx) => {
    const id = String(ctx.query['id'] ?? ctx.query['error'] ?? '');
    if (id === 'stub:500') {
      const never = '0001-01-01T00:00:00Z';
      return writeJson(ctx, 200, {
        id: '00000000-0000-0000-0000-000000000000',
        created_at: never,
        updated_at: never,
        error: {
          code: 500,
          status: 'Internal Server Error',
          reason: 'This is an example of an error.',
          message: 'An internal server error occurred.',
        },
      });
    }
    const found = await errors.find(id);
    if (found === undefined) throw new SallyportError('not_found', 'The error does not exist or has expired.');
    const at = new Date(found.createdAt).toISOString();
    writeJson(ctx, 200, { id, error: found.error, created_at: at, updated_at: at });
  });
}
