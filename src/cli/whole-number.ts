/** A whole number of an option, written in digits; undefined for any other text, and for one out of bounds. */
export function parseWholeNumber(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}
