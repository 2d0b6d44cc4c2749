import type { FlowKind, FlowRow } from '../flow/flow.ts';
import type { Cause } from '../flow/journal.ts';
import type { FlowJson, Ui } from '../flow/json.ts';
import { PAGE } from '../flow/page.ts';
import type { Aal } from '../identity/identity.ts';
import type { FlowId } from '../kernel/id.ts';
import type { ReturnUrl } from '../kernel/return-url.ts';
import { sameToken } from '../secret/token.ts';
import { begunByMessage } from '../session/aal.ts';
import type { SessionWithIdentity } from '../session/session.ts';
import type {
  ExchangedSession,
  LinkViewer,
  LogoutRequest,
  OpenedFlow,
  OpenRequest,
  Outcome,
  RecoveryHandout,
  RecoveryRequest,
  Requester,
  SubmitRequest,
  Viewer,
} from './contract.ts';
import { recordRefusal } from './journal/journal.ts';
import { thaw } from './machine/snapshot.ts';
import { createOwnSessions, type OwnSessions } from './own-sessions.ts';
import type { Runner } from './parts.ts';
import { backgroundPass } from './run/background-work.ts';
import { admit } from './run/begin.ts';
import { canGoOn, isOff, typedTraits } from './run/can-go-on.ts';
import { logOut } from './run/logout.ts';
import { lookAtLink } from './run/look-at-link.ts';
import { replaceFlow } from './run/replace.ts';
import { beginAndSend } from './run/send-at-once.ts';
import { submit } from './run/submit.ts';
import { viewFlow } from './run/view-flow.ts';
import { handOutRecovery } from './store-steps/hand-out-recovery.ts';
import { exchange, wantsExchange } from './store-steps/session-token-exchange.ts';
import { acceptsReturnTo, hostOf, leave, shownReturnTo } from './view/return-to.ts';

/** The only entry to the engine: routes open, move and show flows through it, and write nothing past it. */
export interface Engine {
  /** The stored flow, or for a day after its end what is left of it; undefined when there is none with this id. */
  find(id: FlowId): Promise<FlowRow | undefined>;
  /**
   * Throws `overloaded` when a flow of this kind would come to a try that waits too long, before anything is counted, read or
   * written for it (reliability R-MEM). Whoever is signed in may begin.
   */
  admit(kind: FlowKind, requester: Requester): void;
  /**
   * Opens a flow: runs its `before` hooks, and stores a row when they let the request pass. A second factor that comes by
   * message is sent at once where the person has no other.
   */
  open(request: OpenRequest): Promise<OpenedFlow>;
  /** Opens a flow in place of one that is over, with the same beginning. */
  replace(row: FlowRow, request: Pick<OpenRequest, 'csrf' | 'requester' | 'messages'>): Promise<OpenedFlow>;
  /** As `replace`, of a flow that was not over: its form keeps the typed traits. */
  replaceOpen(row: FlowRow, request: Pick<OpenRequest, 'csrf' | 'requester' | 'messages'>): Promise<OpenedFlow>;
  /** The configuration in force has no such flows: neither does a person open them, nor a hook. */
  isOff(kind: FlowKind): boolean;
  /** False: the configuration has changed since the flow was begun, and nothing can be sent to it any more. */
  canGoOn(row: FlowRow): boolean;
  /** Moves a flow at rest: prepare, write in one transaction, follow up. */
  submit(request: SubmitRequest): Promise<Outcome>;
  logOut(request: LogoutRequest): Promise<Outcome>;
  /** Starts a recovery whose code or link an administrator hands over. */
  handOutRecovery(request: RecoveryRequest): Promise<RecoveryHandout>;
  /**
   * The page that is shown before a mailed link is used, as its form; undefined where the link cannot be used. Writes nothing.
   */
  lookAtLink(request: Omit<SubmitRequest, 'trigger'>, viewer: LinkViewer): Promise<Ui | undefined>;
  /** Whether a mailed link of the flow shows a page before it is used. */
  confirmsLink(row: Pick<FlowRow, 'kind' | 'shape' | 'followDue'>): boolean;

  /** The flow as clients see it. */
  view(row: FlowRow, viewer: Viewer): Promise<FlowJson>;
  /** The method of the change that a settings flow holds back until its person has signed in again. */
  heldMethod(row: FlowRow): Promise<string | undefined>;

  /** The code an app gets with the flow that it opened, if it asked for one. */
  initCodeOf(row: FlowRow): string | undefined;
  /** The session for the app's code and its browser's code, once. */
  exchange(initCode: string, returnCode: string): Promise<ExchangedSession | undefined>;

  /** False if no list of the flow could accept this `return_to`. */
  acceptsReturnTo(kind: FlowKind, url: string): boolean;
  /** The `return_to` of a flow, if a list of the flow accepts it now. */
  shownReturnTo(row: Pick<FlowRow, 'kind' | 'requestUrl'>): string | undefined;
  /** The page after success; undefined where the configuration leads nowhere. */
  destinationOf(row: Pick<FlowRow, 'id' | 'kind' | 'requestUrl'>, method: string | undefined): ReturnUrl | undefined;

  /** Notes in the flow's journal why a request was refused before it reached the flow's machine. */
  noteRefusal(row: FlowRow, cause: Cause): Promise<void>;

  /** The method whose mailed links lead back to such a flow; undefined where none is mailed. */
  methodOfLink(row: Pick<FlowRow, 'kind' | 'shape' | 'followDue'>): string | undefined;
  /** Some enabled method offers a second factor. */
  readonly offersSecondFactor: boolean;
  /**
   * The level to which a further proof can take a session: less than that of its account where a message began it, and the
   * only second factors are messages to the same mailbox (security SE-10).
   */
  reachableAal(session: SessionWithIdentity): Promise<Aal>;
  readonly sessions: OwnSessions;
  /** Resumes what a stopped server left unfinished and removes what has expired, once; `signal` breaks it off. */
  backgroundPass(signal: AbortSignal): Promise<void>;
}

export function createEngine(runner: Runner): Engine {
  const { store, strategies, config, events } = runner;
  return {
    find: (id) => store.flows.findKept(id),
    admit: (kind, requester) => admit(runner, kind, requester),
    open: (request) => beginAndSend(runner, request),
    replace: (row, request) => replaceFlow(runner, row, request),
    replaceOpen: (row, request) => replaceFlow(runner, row, { ...request, values: typedTraits(row) }),
    isOff: (kind) => isOff(runner, kind),
    canGoOn: (row) => canGoOn(runner, row),
    submit: (request) => submit(runner, request),
    logOut: (request) => logOut(runner, request),
    handOutRecovery: (request) => handOutRecovery(runner, request),
    lookAtLink: (request, viewer) =>
      lookAtLink(
        runner,
        { ...request, trigger: { type: 'return', method: methodOfLink(runner, request.row) } },
        viewer,
      ),
    confirmsLink: (row) => runner.methods.confirmsLink(methodOfLink(runner, row)),
    view: (row, viewer) => viewFlow(runner, row, viewer),
    heldMethod: (row) => heldMethod(runner, row),
    initCodeOf: (row) => (wantsExchange(row) ? runner.sealing.initCode(row.id) : undefined),
    exchange: (initCode, returnCode) => exchange(runner, sameToken, initCode, returnCode),
    acceptsReturnTo(kind, url) {
      // For a method without a list of its own the list of the flow counts.
      const methods = (strategies.get(kind) ?? []).map(({ method }) => method);
      const accepted = acceptsReturnTo(runner, kind, url, methods);
      if (!accepted) events.refused('return_to.refused', { where: 'begin', host: hostOf(config, url) });
      return accepted;
    },
    shownReturnTo: (row) => shownReturnTo(runner, row),
    destinationOf(row, method) {
      const { to, refused } = leave(runner, row, method);
      if (refused !== undefined)
        events.refused('return_to.refused', { flow: row.id, where: 'use', host: hostOf(config, refused) });
      return to;
    },
    noteRefusal: (row, cause) => recordRefusal(runner, row, cause),
    methodOfLink: (row) => methodOfLink(runner, row),
    offersSecondFactor: runner.methods.lanes('login').some(({ factor }) => factor === 'second'),
    reachableAal: (session) => reachableAal(runner, session),
    sessions: createOwnSessions(runner),
    backgroundPass: (signal) => backgroundPass(runner, signal),
  };
}

async function reachableAal(
  { store, methods: { factors } }: Runner,
  { session, identity }: SessionWithIdentity,
): Promise<Aal> {
  const { availableAal } = identity;
  if (availableAal !== 'aal2' || !begunByMessage(session.methods)) return availableAal;
  return factors.addsToMail(await store.identities.credentials(identity.id)) ? 'aal2' : 'aal1';
}

async function heldMethod({ machineOf, store, clock }: Runner, row: FlowRow): Promise<string | undefined> {
  const at = thaw(machineOf(row), row);
  const { method } = at.context;
  if (at.page !== PAGE.held || method === null) return undefined;
  const entry = await store.vault.find(row.id, `held:${method}`);
  return entry !== undefined && entry.expiresAt > clock.now() ? method : undefined;
}

function methodOfLink({ methods, machineOf }: Runner, row: Parameters<Runner['machineOf']>[0]): string | undefined {
  const machine = machineOf(row);
  const today = methods.lanes(row.kind).find(({ returns }) => returns === true)?.method;
  if (today !== undefined && machine.methods.has(today)) return today;
  // An earlier configuration mailed the links of the only method that the machine has.
  const [only, ...others] = machine.methods;
  const returns = machine.config.states[PAGE.sent]?.states?.['waiting']?.on?.['return'] !== undefined;
  return returns && others.length === 0 ? only : undefined;
}
