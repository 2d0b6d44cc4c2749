/**
 * Node's HTTP without an `import`: an import reads every export, and the one of WebSocket loads undici, which costs 13
 * MiB of memory (Node 24).
 */
export const { createServer, request: httpRequest, STATUS_CODES } = process.getBuiltinModule('node:http');
export const { request: httpsRequest } = process.getBuiltinModule('node:https');
