import type { FlowKind } from './flow.ts';

/** What a flow has to know of a method to give it a lane. */
export interface MethodLane {
  readonly method: string;
  /** Which factor of a login the lane proves; `first` where it is absent. */
  readonly factor?: 'first' | 'second';
  /** What proves the person was mailed: the page asks for the message, and the lane stands on `sent`. */
  readonly mailed?: boolean;
  /** A link in a message comes back to `sent` without a form. */
  readonly returns?: boolean;
  /** The person proves themselves at another site: the flow waits on `away`. */
  readonly external?: boolean;
  /** Of settings: a submit may leave the page as it is, with more to see on it. */
  readonly shows?: boolean;
  /** The person says who they are, and is then asked for a key of theirs on the page `key`. */
  readonly asksKey?: boolean;
  /** Store steps of the lane that come before all others. */
  readonly first?: readonly string[];
  /** Store steps that the method adds to the lane of every first factor of the flow. */
  readonly shared?: readonly string[];
}

/** The lanes of one method, by the flow they stand in. */
export type MethodLanes = Readonly<Partial<Record<FlowKind, Omit<MethodLane, 'method'>>>>;
