import { z } from 'zod';
import { isProblem, parseConfiguredUrl, type ReturnUrl } from '../kernel/return-url.ts';

/** A schema for a URL written in the configuration: absolute, http or https; what it gives may be redirected to. */
export const configuredUrl = z.string().transform((text, context): ReturnUrl => {
  const url = parseConfiguredUrl(text);
  if (!isProblem(url)) return url;
  context.addIssue({ code: 'custom', message: `an absolute http or https URL; this one ${url.problem}` });
  return z.NEVER;
});
