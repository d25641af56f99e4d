/**
 * Millrace on Node's own servers: `node:http`, `node:https` and `node:http2`.
 *
 * @packageDocumentation
 */
export { closeDrainedConnections } from './node/close-drained-connections.ts'
export { currentConnection, followConnections } from './node/current-connection.ts'
export { type FetchHandler, type NodeHandler, toNodeHandler } from './node/to-node-handler.ts'
