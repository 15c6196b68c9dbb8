import { LRUCache } from 'lru-cache';

import type { AccessToken, LogInOutcome } from './accessTokens';
import type { RateLimit } from './rateLimit';

/**
 * What all nodes of a process have in common. Each node is a bundle of its own, with a copy of all
 * modules but this one, which the build keeps as a file they share. Everything here is kept per seller
 * or per what makes a token, and bounded.
 */

/** The limits this process keeps, per seller, application and operation; `keptLimit` keeps them few. */
export const limits = new Map<string, RateLimit>();

/** How many log-ins are remembered; each is good for an hour. */
const MOST_TOKENS = 1_000;

/** Access tokens, by everything that makes one; see `accessTokens.ts`. Nothing of them is stored. */
export const accessTokens = new LRUCache<string, AccessToken>({ max: MOST_TOKENS });

/** Log-ins under way, by the same key: who lacks the token meanwhile waits for them. */
export const loggingIn = new Map<string, Promise<LogInOutcome>>();
