import { limits } from './processWide';
import { RateLimit } from './rateLimit';

/** Once this many limits are kept, idle ones are removed. */
const MANY_LIMITS = 500;

/**
 * The limit of this process for a key; created on first use. A limit that is not idle is never
 * removed, because a new bucket is full.
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
