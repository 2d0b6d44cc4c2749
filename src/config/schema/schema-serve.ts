import { duration, flag, integer, listOf, map, text, url, type MapOf, type Spec } from './spec.ts';

const TLS = 'this build speaks plain HTTP only; let a proxy in front end TLS and remove this key';

const listener = (port: number, host: string): Readonly<Record<string, Spec>> => ({
  host: text('The address to listen on.', { default: host, computed: `${host}; 127.0.0.1 under \`sallyport dev\`` }),
  port: integer(1, 65_535, 'The port.', { default: port }),
  base_url: url('The URL people and services reach it by.', { computed: 'from host and port', asWritten: true }),
  socket: map({
    owner: text('Owner of a unix socket.', { empty: true, inert: 'this build does not listen on unix sockets' }),
    group: text('Group of a unix socket.', { empty: true, inert: 'this build does not listen on unix sockets' }),
    mode: integer(0, 511, 'Mode of a unix socket.', { inert: 'this build does not listen on unix sockets' }),
  }),
  tls: map({
    key: map({
      path: text('The private key.', { refused: TLS }),
      base64: text('The private key.', { refused: TLS, secret: true }),
    }),
    cert: map({ path: text('The certificate.', { refused: TLS }), base64: text('The certificate.', { refused: TLS }) }),
  }),
  request_log: map({ disable_for_health: flag('Leaves health requests out of the log.', { default: false }) }),
});

const strings = (about: string, value: readonly string[]): Spec => listOf(text('An entry.'), about, { default: value });

/** RFC 1123: labels of letters, digits and hyphens; underscores are met in the names of services. */
const HOST_NAME = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i;

const hosts = (about: string): Spec =>
  listOf(text('A name.', { pattern: HOST_NAME, wanted: 'a host name without port, or `*.` and a name' }), about, {
    default: [],
  });

const cors: MapOf = map({
  enabled: flag('Answers browsers of other origins.', { default: false }),
  allowed_origins: strings('Exact origins, or `https://*.example.org`.', ['*']),
  allowed_methods: strings('Methods that pages of other origins may use.', ['POST', 'GET', 'PUT', 'PATCH', 'DELETE']),
  allowed_headers: strings('Request headers that pages of other origins may send.', [
    'Authorization',
    'Content-Type',
    'Max-Age',
    'X-Session-Token',
    'X-XSRF-TOKEN',
    'X-CSRF-TOKEN',
  ]),
  exposed_headers: strings('Response headers that scripts of other origins may read.', ['Content-Type']),
  allow_credentials: flag('Lets pages of other origins send cookies.', { default: true }),
  max_age: integer(0, 86_400, 'Seconds a preflight answer may be kept.', { default: 0 }),
  options_passthrough: flag('Hands preflight requests on to the routes.', {
    default: false,
    feature: 'cors.options_passthrough',
  }),
  debug: flag('Logs each decision about an origin.', { default: false, feature: 'cors.debug' }),
});

/** `serve` */
export const serve: MapOf = map({
  public: map({
    ...listener(4433, '0.0.0.0'),
    cors,
    hosts: hosts('Further names that the listener answers to under `dev` and `serve --dev`.'),
    trusted_proxies: map({
      count: integer(0, 10, 'The number of trusted proxies in front of the server.', { default: 0 }),
      header: text('The header in which trusted proxies write the client address.', {
        default: 'X-Forwarded-For',
        pattern: /^[A-Za-z0-9-]+$/,
        wanted: 'the name of a header',
      }),
    }),
  }),
  admin: map({
    ...listener(4434, '127.0.0.1'),
    hosts: hosts('Further names that the listener answers to.'),
  }),
  drain_delay: duration('How long requests are still accepted after SIGTERM, while `/health/ready` answers 503.', {
    default: '5s',
    computed: '5s; 0s with `--dev`',
    zero: true,
  }),
});
