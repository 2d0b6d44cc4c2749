/*
 * What passes between a page and a browser's `navigator.credentials`, in the JSON of Web Authentication Level 3 (5.1, 5.1.8):
 * bytes are base64url without padding.
 */

export interface CreationOptions {
  readonly rp: { readonly id?: string; readonly name?: string };
  readonly user: { readonly id: string; readonly name?: string; readonly displayName?: string };
  readonly challenge: string;
  readonly pubKeyCredParams: readonly { readonly alg: number }[];
  readonly excludeCredentials?: readonly CredentialDescriptor[];
  readonly authenticatorSelection?: {
    readonly residentKey?: string;
    readonly requireResidentKey?: boolean;
    readonly userVerification?: string;
  };
}

export interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
  readonly allowCredentials?: readonly CredentialDescriptor[];
  readonly userVerification?: string;
}

export interface CredentialDescriptor {
  readonly id: string;
}

/** What a page finds in a form: the options alone, or in the envelope of `navigator.credentials.create` and `get`. */
export type Enveloped<T> = T | { readonly publicKey: T };

export const unwrapped = <T extends object>(options: Enveloped<T>): T =>
  'publicKey' in options ? options.publicKey : options;

interface CredentialAnswer {
  readonly id: string;
  readonly rawId: string;
  readonly type: string;
  readonly authenticatorAttachment: string;
  readonly clientExtensionResults: Readonly<Record<string, never>>;
}

/** As `PublicKeyCredential.toJSON` says what `create` gave. */
export interface RegistrationAnswer extends CredentialAnswer {
  readonly response: {
    readonly clientDataJSON: string;
    readonly attestationObject: string;
    readonly authenticatorData: string;
    readonly transports: readonly string[];
    readonly publicKey: string;
    readonly publicKeyAlgorithm: number;
  };
}

/** As `PublicKeyCredential.toJSON` says what `get` gave. */
export interface AssertionAnswer extends CredentialAnswer {
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string;
  };
}
