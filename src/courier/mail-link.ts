/** What a mailed link carries: a code, which prefills the form, or a token, which is the proof itself. */
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
