/**
 * n8n-core 1.x keeps intervals for the life of the process (stale SSH clients, list of crons) and
 * would keep Jest alive with them for ever. 2.x calls `unref` on the same intervals itself; this
 * does it for 1.x.
 */
const start = globalThis.setInterval;
globalThis.setInterval = (...args) => start(...args).unref();
