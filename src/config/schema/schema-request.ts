import { content, map, oneOf, recordOf, text, url, type MapOf } from './spec.ts';

/** An outgoing request: couriers over HTTP and the password migration hook. */
export const request = (about: string): MapOf =>
  map(
    {
      url: url('Where the request goes.', { secret: true }),
      method: text('The HTTP method.', {
        default: 'POST',
        pattern: /^[A-Z]{3,10}$/,
        wanted: 'an HTTP method in capitals',
      }),
      headers: recordOf(text('A header.', { secret: true, empty: true }), 'Headers to send.', { secret: true }),
      body: content('The Jsonnet file that makes the body.'),
      auth: map(
        {
          type: oneOf(['basic_auth', 'api_key'], 'How the request authenticates.'),
          config: map(
            {
              user: text('basic_auth: the user.', { secret: true }),
              password: text('basic_auth: the password.', { secret: true }),
              name: text('api_key: the name of the header or cookie.'),
              value: text('api_key: the key.', { secret: true }),
              in: oneOf(['header', 'cookie'], 'api_key: whether the key is sent as a header or a cookie.'),
            },
            { about: 'Depends on `type`.' },
          ),
        },
        { about: 'How the request authenticates.', required: ['type', 'config'] },
      ),
    },
    { about, required: ['url'] },
  );
