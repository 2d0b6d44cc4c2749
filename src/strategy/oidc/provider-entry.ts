import type { Place } from '../../kernel/issue.ts';

/** One entry of `config.providers`, as it was written. */
export interface OidcProvider {
  readonly id: string;
  readonly provider: string;
  readonly label: string | undefined;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly issuerUrl: string | undefined;
  readonly authUrl: string | undefined;
  readonly tokenUrl: string | undefined;
  readonly mapperUrl: string | undefined;
  readonly scope: readonly string[];
  readonly pkce: 'auto' | 'never' | 'force';
  /** A provider that does not say when it asked somebody last confirms a person all the same. */
  readonly trustRefresh: boolean;
  /** Everything else that was written, checked against the schema of the configuration. */
  readonly more: Readonly<Record<string, unknown>>;
  /** `selfservice.methods.oidc.config.providers[0]`, in the words of the file. */
  readonly path: string;
  readonly place: Place | undefined;
}
