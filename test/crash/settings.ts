import { randomInt } from 'node:crypto';

/** Kills of one database in one run: `SALLYPORT_KILLS=300 npm run test:long -- crash` for a full one. */
export const KILLS = Number(process.env['SALLYPORT_KILLS'] ?? 25);
/** `SALLYPORT_SEED` brings the moments and choices of an earlier run back. */
export const SEED = Number(process.env['SALLYPORT_SEED'] ?? randomInt(2 ** 31));
/** Milliseconds; a kill with all that belongs to it takes about two seconds. */
export const LIMIT = 240_000 + KILLS * 15_000;
