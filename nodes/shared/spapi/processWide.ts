import type { Sent } from './client';
import type { RateLimit } from './rateLimit';

/**
 * What all nodes of a process have in common. Each node is a bundle of its own, with a copy of all
 * modules but this one, which the build keeps as a file they share.
 */

/** The limits this process keeps, per seller, application and operation. */
export const limits = new Map<string, RateLimit>();

/** Requests that have n8n log in first, per credential: those beside them wait instead of logging in too. */
export const loggingIn = new Map<string, Promise<Sent>>();
