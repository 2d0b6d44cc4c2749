const SPELLINGS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((each) => [each, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((each) => [each, false] as const),
]);

/** A truth value as text, in any spelling that the wire knows (Go's `ParseBool`). */
export const parseBoolean = (text: string): boolean | undefined => SPELLINGS.get(text);
