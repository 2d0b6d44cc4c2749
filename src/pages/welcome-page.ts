import { deviceName } from '../kernel/device-name.ts';
import { html, type Content, type Html } from './html.ts';
import { moment } from './relative-time.ts';
import { link, page, textsOf, type PageContext } from './page.ts';
import { addresses, personName, type SessionJson } from './session-json.ts';

/** The start page: the signed-in person, or links to login and registration. */
export function renderWelcomePage(session: SessionJson | undefined, context: PageContext): string {
  const { welcome, login, registration } = textsOf(context);
  if (session === undefined) {
    return page(
      context,
      { title: welcome.signedOut },
      html`<section class="card">
        <h1>${welcome.signedOut}</h1>
        <p class="lead">${welcome.signedOutLead}</p>
        <div class="buttons">
          ${link(context.links.login, login.title, 'button first')}${link(context.links.registration, registration.title, 'button second')}
        </div>
      </section>`,
    );
  }
  const name = personName(session.identity);
  return page(context, { title: welcome.greeting, width: 'wide', at: 'home' }, [
    html`<section class="card person">
      <p class="avatar" aria-hidden="true">${initial(name)}</p>
      <div>
        <p class="lead">${welcome.greeting}</p>
        <h1>${name ?? welcome.greeting}</h1>
        <ul class="addresses">
          ${addresses(session.identity).map(
            ({ value, verified }) =>
              html`<li>
                ${value}
                <span class="badge ${verified ? 'good' : 'open'}"
                  >${verified ? welcome.confirmed : welcome.unconfirmed}</span
                >
                ${!verified && link(context.links.verification, welcome.confirmNow)}
              </li>`,
          )}
        </ul>
      </div>
    </section>`,
    html`<section class="card">
      <h2>${welcome.session}</h2>
      ${facts(session, context)}
      <div class="buttons row">
        ${link(context.links.settings, welcome.settings, 'button first')}${link(context.links.sessions, welcome.sessions, 'button second')}${link(
          context.links.logout,
          welcome.signOut,
          'button second',
        )}
      </div>
      <details>
        <summary>${welcome.raw}</summary>
        <pre tabindex="0">${JSON.stringify(session, undefined, 2)}</pre>
      </details>
    </section>`,
  ]);
}

function facts(session: SessionJson, context: PageContext): Html {
  const { welcome } = textsOf(context);
  const [device] = session.devices ?? [];
  const level = session.authenticator_assurance_level;
  const known = (names: Readonly<Record<string, string>>, key: string): string =>
    Object.hasOwn(names, key) ? (names[key] ?? key) : key;
  const methods = (session.authentication_methods ?? []).map(
    ({ method, provider }) => `${known(welcome.methods, method)}${provider === undefined ? '' : ` (${provider})`}`,
  );
  const id = session.identity?.['id'];
  const rows: readonly (readonly [string, Content])[] = [
    [welcome.since, moment(session.authenticated_at)],
    [welcome.until, moment(session.expires_at)],
    [welcome.by, [...new Set(methods)].join(', ')],
    [welcome.level, level && known(welcome.levels, level)],
    [
      welcome.device,
      [deviceName(device?.user_agent), device?.ip_address]
        .filter((part) => part !== undefined && part !== '')
        .join(', '),
    ],
    [welcome.identity, typeof id === 'string' && html`<code>${id}</code>`],
  ];
  return html`<dl>
    ${rows.map(
      ([term, value]) =>
        value !== undefined &&
        value !== '' &&
        value !== false &&
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function initial(name: string | undefined): string {
  return [...(name ?? '?')][0]?.toUpperCase() ?? '?';
}
