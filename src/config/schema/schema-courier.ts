import { OWNER_NOTICES, type OwnerNotice } from '../../kernel/owner-notice.ts';
import { request } from './schema-request.ts';
import {
  content,
  duration,
  email,
  flag,
  integer,
  listOf,
  map,
  oneOf,
  recordOf,
  text,
  type MapOf,
  type Spec,
} from './spec.ts';

const mail = (): MapOf =>
  map({
    subject: content('The subject.'),
    body: map({ html: content('The HTML body.'), plaintext: content('The plain text body.') }),
  });
const sms = (): MapOf => map({ body: map({ plaintext: content('The text.') }) });

const template = (name: string, states: readonly ('valid' | 'invalid')[], bySms: boolean): [string, Spec] => [
  name,
  map(
    Object.fromEntries(
      states.map((state) => [
        state,
        bySms && state === 'valid'
          ? map({ email: mail(), sms: sms() }, { required: ['email'] })
          : map({ email: mail() }, state === 'valid' ? { required: ['email'] } : {}),
      ]),
    ),
  ),
];

const both = ['valid', 'invalid'] as const;
const valid = ['valid'] as const;

const NOTICES: Readonly<Record<OwnerNotice, Spec>> = {
  password_changed: flag('A password was set, replaced or removed.', { default: true }),
  address_changed: flag('An address, or a name to sign in with, was added, replaced or removed.', { default: true }),
  factor_changed: flag('Another way to sign in, or a second factor, was added or removed.', { default: true }),
  recovery_used: flag('A recovery code or link was used.', { default: true }),
  new_device: flag('Somebody signed in from a device that is not known.', { default: false }),
};

/** `courier` */
export const courier: MapOf = map({
  delivery_strategy: oneOf(['smtp', 'http'], 'How mails are sent.', {
    default: 'smtp',
    feature: 'courier.http',
    when: 'http',
  }),
  smtp: map({
    connection_uri: text('`smtp[s]://user:pass@host:port/?options`.', { secret: true }),
    from_address: email('The address of the sender.', { computed: 'no-reply@ the host of the public URL' }),
    from_name: text('The name of the sender.'),
    headers: recordOf(text('A header.', { empty: true }), 'Further mail headers.'),
    local_name: text('The name that the courier gives in EHLO.', { default: 'localhost' }),
    client_cert_path: text('A client certificate, PEM.', { empty: true }),
    client_key_path: text('The key of the client certificate, PEM.', { empty: true }),
  }),
  http: map({ request_config: request('How mails are handed over by HTTP.') }),
  channels: listOf(
    map(
      {
        id: text('The channel, such as `sms`.'),
        type: oneOf(['http'], 'How the channel is reached.', { default: 'http' }),
        request_config: request('The request that delivers a message of the channel.'),
      },
      { required: ['id', 'request_config'] },
    ),
    'Channels other than mail.',
    { feature: 'courier.channels' },
  ),
  message_retries: integer(0, 100, 'How often the reference offers a message again.', {
    inert: 'a message refused for good is not offered again, any other one is offered as long as it is of use',
  }),
  worker: map({
    pull_count: integer(1, 255, 'Messages taken at a time.', { default: 10 }),
    pull_wait: duration('Pause between two reads of the outbox.', { default: '1s' }),
    lease: duration('How long a courier owns a message that it took; afterwards others may take it. At least 10s.', {
      default: '1m',
    }),
  }),
  notify: map(NOTICES, {
    about:
      'Messages to the owner of an account about what changed. Without the section none is sent, and a warning says so.',
  }),
  template_override_path: text('A folder with templates of your own.', { feature: 'courier.template_override_path' }),
  templates: map(
    {
      ...Object.fromEntries([
        template('recovery', both, false),
        template('recovery_code', both, true),
        template('verification', both, false),
        template('verification_code', both, true),
        template('login_code', valid, true),
        template('registration_code', valid, true),
        ...OWNER_NOTICES.map((name) => template(`notify_${name}`, valid, true)),
      ]),
      verifiable_address_changed: map(
        { email: mail(), sms: sms() },
        { about: 'The message about a changed address.', feature: 'courier.templates.verifiable_address_changed' },
      ),
    },
    { about: 'Single templates of your own.', feature: 'courier.templates' },
  ),
});
