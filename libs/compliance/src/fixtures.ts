// What tests beside the suite need of it, without the suite.
export { InterruptedEngine } from './outbox/interrupted-engine.js';
export type { Weather } from './outbox/interrupted-engine.js';
export { ProxiedEngine } from './proxied-engine.js';
export { until } from './until.js';
export { storedMessage } from './stored-message.js';
