import { BASIC_CONFIG } from './basic-config.ts';
import type { MailSink } from './mail-sink.ts';
import { ADDRESS, emailTrait, personFiles, schemaText } from './schemas.ts';

/** What the tests of codes and links differ in. */
export interface MailOptions {
  /** What is mailed for verification and recovery. */
  readonly use?: 'code' | 'link';
  readonly passwordless?: boolean;
  /** Codes are a second factor. */
  readonly mfa?: boolean;
  /** YAML of `selfservice.flows.login`, beside its page. */
  readonly login?: string;
  readonly recovery?: string;
  readonly registrationHooks?: string;
  /** Whole lines at the end of the file. */
  readonly more?: string;
}

/** A configuration of today's dialect that mails: verification and recovery on, every message to the sink. */
export function mailConfig(mail: Pick<MailSink, 'uri'>, options: MailOptions = {}): string {
  const { use = 'code', passwordless = false, mfa = false, login = '', recovery = '', more = '' } = options;
  const hooks = options.registrationHooks ?? '[{ hook: session }]';
  return BASIC_CONFIG.replace('[{ hook: session }]', hooks)
    .replace(
      '  methods:\n',
      `  methods:\n    link: { enabled: true }\n    code: { enabled: true, passwordless_enabled: ${passwordless}, mfa_enabled: ${mfa} }\n`,
    )
    .replace('after: { password:', `after: { code: { hooks: ${hooks} }, password:`)
    .replace(
      '  flows:\n',
      `  flows:
    verification: { ui_url: http://127.0.0.1:4455/verification, enabled: true, use: ${use} }
    recovery: { ui_url: http://127.0.0.1:4455/recovery, enabled: true, use: ${use}${recovery === '' ? '' : `, ${recovery}`} }
`,
    )
    .replace(
      'login: { ui_url: http://127.0.0.1:4455/login',
      `login: { ui_url: http://127.0.0.1:4455/login${login === '' ? '' : `, ${login}`}`,
    )
    .concat(`courier: { smtp: { connection_uri: '${mail.uri}' } }\n${more}`);
}

/** The same with the pages in the box, none of its own. */
export const onOwnPages = (config: string): string =>
  config.replaceAll(/(?:ui_url|default_browser_return_url): [^\s,}]+,?/g, '');

/** The schema of the basic configuration, its address good for every mail there is. */
export const MAIL_FILES = personFiles(ADDRESS.mailed);

/** Somebody who may have a phone, which takes codes as the address does. */
export const PHONE_FILES = {
  'person.schema.json': schemaText({
    title: 'Person',
    traits: {
      email: emailTrait(ADDRESS.mailed),
      phone: { type: 'string', 'ory.sh/kratos': { credentials: { code: { identifier: true, via: 'sms' } } } },
      name: { type: 'string', title: 'Name' },
    },
    required: ['email'],
  }),
};

/** Lines below `courier`: text messages go nowhere. */
export const TEXT_MESSAGES =
  "channels: [{ id: sms, type: http, request_config: { url: 'http://127.0.0.1:1/', method: POST, body: 'base64://ZnVuY3Rpb24oY3R4KSBjdHg=' } }]";
