/**
 * How a mail server is reached and who the sender is. `Pem` is where a certificate stands, or its text once it is read.
 */
export interface SmtpSettings<Pem> {
  readonly host: string;
  readonly port: number;
  readonly user: string | undefined;
  readonly password: string | undefined;
  /** implicit: smtps; starttls: required; none: clear text. */
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly verify: boolean;
  readonly serverName: string | undefined;
  readonly fromAddress: string;
  readonly fromName: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly localName: string;
  readonly clientCertificate: { readonly cert: Pem; readonly key: Pem } | undefined;
}
