import { limits } from './processWide';
import { RateLimit } from './rateLimit';

/** So many limits are kept before those that are idle are dropped. */
const MANY_LIMITS = 500;

/**
 * The limit of this process for a key, made where there is none. One that is not idle is never dropped:
 * a bucket made anew is full.
 */
export function keptLimit(key: string, rate: number, burst: number, share: number): RateLimit {
	const kept = limits.get(key);
	if (kept !== undefined) return kept;
	if (limits.size >= MANY_LIMITS) {
		for (const [other, limit] of limits) if (limit.isIdle) limits.delete(other);
	}
	const made = new RateLimit(rate, burst, share);
	limits.set(key, made);
	return made;
}
