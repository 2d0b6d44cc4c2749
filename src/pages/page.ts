import { attributes, html, safeUrl, toText, type Content, type Html } from './html.ts';
import { english, type Texts } from './texts.ts';

/** What every page shows of its server. */
export interface PageContext {
  /** Shown beside the mark and in titles. */
  readonly name: string;
  /** The path of the listener's public URL without a slash at its end: every path in a page is below it. */
  readonly base: string;
  /** Paths without the base. */
  readonly assets: { readonly style: string; readonly script: string };
  /** Addresses of the other pages; a page without an address is not offered. */
  readonly links: Links;
  readonly texts?: Texts;
}

export interface Links {
  readonly home?: string;
  readonly login?: string;
  readonly registration?: string;
  readonly recovery?: string;
  readonly verification?: string;
  readonly settings?: string;
  readonly sessions?: string;
  /** The logout address, with its token. */
  readonly logout?: string;
  /** The inbox of a development server. */
  readonly inbox?: string;
}

/** `PageContext.base` of a listener with this public URL. */
export const baseOf = (publicUrl: string): string => new URL(publicUrl).pathname.replace(/\/+$/, '');

export const textsOf = (context: PageContext): Texts => context.texts ?? english;

/** A whole document: head, mark, navigation of a signed-in person, content. No inline script or style. */
export function page(
  context: PageContext,
  about: {
    readonly title: string;
    readonly width?: 'narrow' | 'wide' | 'full';
    /** The current entry of the navigation that a signed-in person sees. */
    readonly at?: 'home' | 'settings' | 'sessions';
    readonly failed?: boolean;
    /** A stylesheet and a script of this page alone. */
    readonly extra?: { readonly style: string; readonly script: string };
  },
  content: Content,
): string {
  const texts = textsOf(context);
  const title = `${about.failed ? `${texts.errorTitle}: ` : ''}${about.title} · ${context.name}`;
  const home = safeUrl(context.links.home ?? '');
  const below = (path: string): string => `${context.base}${path}`;
  const brand = html`${MARK}<span>${context.name}</span>`;
  return toText(
    html`<!doctype html>
      <html${attributes({ lang: texts.language, dir: RIGHT_TO_LEFT.test(texts.language) && 'rtl' })}>
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>${title}</title>
          <link rel="icon" href="${ICON}" />
          <link rel="stylesheet" href="${below(context.assets.style)}" />
          <script${attributes({ src: below(context.assets.script), defer: true })}></script>
          ${about.extra !== undefined && html`<link rel="stylesheet" href="${below(about.extra.style)}" />`}
          ${about.extra !== undefined && html`<script${attributes({ src: below(about.extra.script), defer: true })}></script>`}
        </head>
        <body class="${about.width ?? 'narrow'}">
          <header>
            ${home === undefined ? html`<span class="brand">${brand}</span>` : html`<a class="brand" href="${home}">${brand}</a>`}
            ${about.at !== undefined && navigation(context, about.at)}
          </header>
          <main>${content}</main>
        </body>
      </html>`,
  );
}

/** A link; nothing without an address, or with one that must not be followed. */
export function link(address: string | undefined, text: string, looks?: string): Html | undefined {
  const href = address === undefined ? undefined : safeUrl(address);
  return href === undefined ? undefined : html`<a${attributes({ href, class: looks })}>${text}</a>`;
}

function navigation({ links, ...context }: PageContext, at: 'home' | 'settings' | 'sessions'): Html {
  const { welcome } = textsOf({ links, ...context });
  const entries = [
    { key: 'home', address: links.home, text: welcome.account },
    { key: 'settings', address: links.settings, text: welcome.settings },
    { key: 'sessions', address: links.sessions, text: welcome.sessions },
    { key: 'logout', address: links.logout, text: welcome.signOut },
  ];
  return html`<nav>
    ${entries.map(({ key, address, text }) => {
      const href = address === undefined ? undefined : safeUrl(address);
      return (
        href !== undefined &&
        html`<a${attributes({ href, 'aria-current': key === at ? 'page' : undefined })}>${text}</a>`
      );
    })}
  </nav>`;
}

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = /^(?:ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/;

/** The mark: an outer arch, and half of an open inner one. */
const MARK = html`<svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
  <path
    fill="currentColor"
    d="M16 2C9.4 2 4 7.4 4 14v16h4.500V14a7.500 7.500 0 0 1 15 0v16H28V14C28 7.400 22.600 2 16 2z"
  />
  <path fill="currentColor" opacity=".5" d="M11.500 30V14a4.500 4.500 0 0 1 4.500-4.500V30z" />
</svg>`;

const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f5c4d"/><path fill="#fff" d="M16 5c-5 0-9 4-9 9v13h4V14a5 5 0 0 1 10 0v13h4V14c0-5-4-9-9-9z"/></svg>',
  );
