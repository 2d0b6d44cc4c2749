import { deviceName } from '../kernel/device-name.ts';
import { attributes, html, type Html } from './html.ts';
import { moment } from './relative-time.ts';
import { page, textsOf, type PageContext } from './page.ts';
import type { SessionJson } from './session-json.ts';

/** The sessions of a person, and the address that the buttons post to. */
export interface SessionsView {
  readonly current: SessionJson;
  readonly others: readonly SessionJson[];
  /** Takes `csrf_token`, and `session` (an id) or `all=true`. */
  readonly action: string;
  readonly csrfToken: string;
}

export function renderSessionsPage({ current, others, action, csrfToken }: SessionsView, context: PageContext): string {
  const { sessions: texts } = textsOf(context);
  const signOut = (label: string, name: string, value: string, about: string | undefined): Html =>
    html`<form${attributes({ action, method: 'post' })}>
      <input${attributes({ type: 'hidden', name: 'csrf_token', value: csrfToken })} />
      <button${attributes({ type: 'submit', class: 'second', name, value, 'aria-label': about && `${label}: ${about}` })}>${label}</button>
    </form>`;
  const entry = (session: SessionJson, ours: boolean): Html => {
    const [device] = session.devices ?? [];
    const name = deviceName(device?.user_agent) ?? texts.unknown;
    const where = [device?.ip_address, device?.location].filter((part) => part !== undefined && part !== '').join(', ');
    const used = moment(session.last_used_at);
    return html`<li>
      <div>
        <strong>${name}</strong>${ours && html` <span class="badge good">${texts.current}</span>`}
        <p>
          ${where}${where !== '' && ' · '}${moment(session.authenticated_at)}${used && html` · ${texts.lastUsed} ${used}`}
        </p>
      </div>
      ${!ours && signOut(texts.signOut, 'session', session.id, name)}
    </li>`;
  };
  return page(
    context,
    { title: texts.title, width: 'wide', at: 'sessions' },
    html`<h1>${texts.title}</h1>
      <p class="lead">${texts.lead}</p>
      <section class="card">
        <ul class="list">
          ${entry(current, true)}${others.map((each) => entry(each, false))}
        </ul>
        ${others.length > 0 ? signOut(texts.signOutOthers, 'all', 'true', undefined) : html`<p class="lead">${texts.none}</p>`}
      </section>`,
  );
}
