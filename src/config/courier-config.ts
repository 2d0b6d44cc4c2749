import type { Place } from '../kernel/issue.ts';

/** A content URI, and where it was written: what is wrong inside is reported there. */
export interface ContentSource {
  readonly uri: string;
  readonly path: string;
  readonly place: Place | undefined;
}

export interface TemplateOverride {
  /** `recovery_code/valid`: the message, by the folder of its files. */
  readonly folder: string;
  readonly part: 'subject' | 'html' | 'text' | 'sms';
  readonly source: ContentSource;
}

export interface HttpRequestSettings {
  /** Where it is written. */
  readonly at: { readonly path: string; readonly place: Place | undefined };
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Jsonnet. */
  readonly body: ContentSource | undefined;
  readonly auth:
    | { readonly type: 'basic_auth'; readonly user: string; readonly password: string }
    | { readonly type: 'api_key'; readonly name: string; readonly value: string; readonly in: 'header' | 'cookie' }
    | undefined;
}
