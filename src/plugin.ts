/** What a hook may import, as `sallyport/plugin`. Kept as long as a major version lasts. */
export { z } from 'zod';
export { configuredUrl } from './hook/configured-url.ts';
export { defineHook } from './hook/define.ts';
export { UpstreamError } from './hook/upstream-error.ts';
export { compileJsonnet, JsonnetFault } from './language/jsonnet/jsonnet.ts';
export type { Program, ProgramInputs } from './language/jsonnet/jsonnet.ts';
export type {
  At,
  ByOrder,
  Facts,
  FlowFacts,
  Hook,
  HookMeta,
  Log,
  Outside,
  PluginMail,
  PluginRequest,
  Point,
  PublicIdentity,
  ReachIn,
  RequestFacts,
  SessionFacts,
  Start,
  StartedFlow,
  WireFacts,
  Writes,
} from './hook/define.ts';
export type { FlowKind, FlowType } from './flow/flow.ts';
export type { Claims } from './strategy/oidc/claims.ts';
export type { MapClaims, MapResult } from './strategy/oidc/mapper/typescript.ts';
export type { Draft, DraftIdentity, Traits } from './kernel/draft.ts';
export type { Json, JsonObject } from './kernel/json.ts';
export type { Message } from './kernel/message.ts';
export type { ReturnUrl } from './kernel/return-url.ts';
export type {
  Continue,
  ContinueWith,
  Divert,
  Fail,
  Modify,
  Offer,
  Phase,
  Redirect,
  Verdict,
  VerdictIn,
} from './kernel/verdict.ts';
