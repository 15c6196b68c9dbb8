import type { FaultKind, FaultSpec } from '../../sandbox';
import { FAULT_KINDS } from '../../sandbox/faults';
import type { Random } from '../../sandbox/random';

const CHARSETS = ['UTF-8', 'Cp1252', 'Shift_JIS', 'UTF-16LE', 'x-unknown', ''];

/** From no faults at all to very many. */
export function faultsFor(random: Random, kinds: readonly FaultKind[] = FAULT_KINDS): FaultSpec[] {
	const weather = random.next();
	if (weather < 0.2) return [];
	const few = random.integer(1, 4);
	const chosen = weather > 0.9 ? kinds : Array.from({ length: few }, () => random.pick(kinds));
	return [...new Set(chosen)].map((kind) => ({
		kind,
		...(random.chance(0.4)
			? { times: random.integer(1, 3), skip: random.integer(0, 4) }
			: { probability: random.pick([0.03, 0.1, 0.3]) }),
		...(kind === 'slow' && { delayMs: 3 }),
		...(kind === 'documentElsewhere' && { location: 'https://elsewhere.example/document' }),
		// Without a location it redirects to itself.
		...(kind === 'documentRedirect' && {
			location: random.pick(['', 'http://elsewhere.example/document']),
		}),
		...(kind === 'wrongCharset' && random.chance(0.7) && { charset: random.pick(CHARSETS) }),
	}));
}
