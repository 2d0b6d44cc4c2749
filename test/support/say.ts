/** A line in the report of `npm test`: figures of a run, and the seed that brings it back. */
export function say(line: string): void {
  console.info(line);
}
