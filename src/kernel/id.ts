declare const brand: unique symbol;
/** A string that has been checked or made here: a plain string does not pass for one. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type FlowId = Branded<'FlowId'>;
export type IdentityId = Branded<'IdentityId'>;
export type SessionId = Branded<'SessionId'>;
export type MessageId = Branded<'MessageId'>;
/** An identifier after normalisation, as it stands in the unique index. */
export type Identifier = Branded<'Identifier'>;
/** SHA-256 of a random token, hex, 64 characters. */
export type TokenHash = Branded<'TokenHash'>;
/** A password hash in PHC or crypt notation. */
export type PasswordHash = Branded<'PasswordHash'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function parseUuid<Id extends string>(input: unknown): Id | undefined {
  // The brand says that the pattern was checked.
  return typeof input === 'string' && UUID.test(input) ? (input.toLowerCase() as Id) : undefined;
}

export const parseFlowId = (input: unknown): FlowId | undefined => parseUuid<FlowId>(input);
export const parseIdentityId = (input: unknown): IdentityId | undefined => parseUuid<IdentityId>(input);
export const parseSessionId = (input: unknown): SessionId | undefined => parseUuid<SessionId>(input);
export const parseMessageId = (input: unknown): MessageId | undefined => parseUuid<MessageId>(input);
