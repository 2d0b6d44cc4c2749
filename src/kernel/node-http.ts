/**
 * Node's HTTP, without what an `import` of it brings along: that reads every export there is, and the one of WebSocket loads
 * all of undici, which costs a server that never asks for it 13 MiB (Node 24).
 */
export const { createServer, request: httpRequest, STATUS_CODES } = process.getBuiltinModule('node:http');
export const { request: httpsRequest } = process.getBuiltinModule('node:https');
