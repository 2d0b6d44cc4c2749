/** What a mailed link leads to: a code to enter is prefilled, a token is the proof itself. */
export type LinkProof =
  { readonly flow: string; readonly code: string } | { readonly flow: string; readonly token: string };

/** `<public>/self-service/verification?flow=…&token=…`. The base is the configured one, never a header's (security RV-1). */
export function mailLink(publicUrl: string, kind: 'verification' | 'recovery', proof: LinkProof): string {
  const query =
    'token' in proof
      ? new URLSearchParams({ flow: proof.flow, token: proof.token })
      : new URLSearchParams({ code: proof.code, flow: proof.flow });
  return `${publicUrl.replace(/\/+$/, '')}/self-service/${kind}?${query.toString()}`;
}
