import { flag, map, oneOf, text } from './spec.ts';

const LOG_LEVELS = ['trace', 'debug', 'info', 'warning', 'warn', 'error', 'fatal', 'panic', 'silent'];

export const log = map({
  level: oneOf(LOG_LEVELS, 'The least severity that is logged.', { default: 'info', anyCase: true }),
  format: oneOf(['json', 'text'], 'The form of log lines.', { computed: 'json; text in dev' }),
  events: flag('Security events are logged, at every level (`docs/reference/events.md`).', { default: true }),
  leak_sensitive_values: flag('Logs secrets in clear; here secrets never reach the log.', { default: false }),
  redaction_text: text('The text that replaces a secret in the log.', { inert: 'secrets never reach the log' }),
});
