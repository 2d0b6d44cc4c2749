/** What does not come along as it was. Each is said with the number of people that it is true of. */
export const REMARKS = {
  hash: 'a password hash in a format, or of a cost, that is not checked here: they set a new password by recovery',
  hook: 'a password that only a migration hook knows: they set a new one by recovery',
  saml: 'a SAML connection',
  provider: 'a connection to a provider that names no provider and subject',
  token: 'a token of a provider that no key opens: the connection itself is kept',
  organization: 'an organization',
  digits: 'a whole number in metadata or traits with more digits than a number holds here: it is rounded',
  traits: 'traits that their schema refuses: they are kept as they are',
  identifier: 'an identifier that the schema here does not give: nobody signs in by it',
  address: 'an address for verification or recovery that the schema here does not give',
  status: 'an address whose status contradicts its verification: the verification counts',
} as const;

/** Keys of the other server that this build does not take; `why` says it without the credential. */
export const notTaken = (type: string, why: string): string => `a credential of type ${type}: ${why}`;
