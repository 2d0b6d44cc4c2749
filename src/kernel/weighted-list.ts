/** An entry of a header such as `Accept` or `Accept-Language`. */
export interface Weighted {
  /** In lower case. */
  readonly value: string;
  /** Above 0, at most 1. */
  readonly weight: number;
}

/** The entries of a header with weights (RFC 9110, 12.4.2), in written order; without those of `q=0` and invalid ones. */
export function weightedList(header: string): readonly Weighted[] {
  return header.split(',').flatMap((entry) => {
    const [value = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    const written = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
    const weight = written === undefined ? 1 : Number(written);
    return value !== '' && weight > 0 && weight <= 1 ? [{ value, weight }] : [];
  });
}
