declare const brand: unique symbol;
/** A string type that only checked or generated strings have: a plain string is not assignable. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

export type FlowId = Branded<'FlowId'>;
export type IdentityId = Branded<'IdentityId'>;
export type SessionId = Branded<'SessionId'>;
export type MessageId = Branded<'MessageId'>;
/** A normalised identifier, as the unique index holds it. */
export type Identifier = Branded<'Identifier'>;
/** SHA-256 of a random token, hex, 64 characters. */
export type TokenHash = Branded<'TokenHash'>;
/** A password hash in PHC or crypt notation. */
export type PasswordHash = Branded<'PasswordHash'>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function parseUuid<Id extends string>(input: unknown): Id | undefined {
  // The brand stands for the check of the pattern.
  return typeof input === 'string' && UUID.test(input) ? (input.toLowerCase() as Id) : undefined;
}

export const parseFlowId = (input: unknown): FlowId | undefined => parseUuid<FlowId>(input);
export const parseIdentityId = (input: unknown): IdentityId | undefined => parseUuid<IdentityId>(input);
export const parseSessionId = (input: unknown): SessionId | undefined => parseUuid<SessionId>(input);
export const parseMessageId = (input: unknown): MessageId | undefined => parseUuid<MessageId>(input);
