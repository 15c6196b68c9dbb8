import type { RateLimit } from './rateLimit';

/** What a caller needs of a rate limit. */
export type Limit = Pick<RateLimit, 'takeTurn' | 'returnTurn' | 'throttled' | 'accepted'>;

/** A seller's limit, and one for all sellers of the application; a call needs a turn of both. */
export class TwoLimits implements Limit {
	constructor(
		private readonly ofSeller: RateLimit,
		private readonly ofApplication: RateLimit,
	) {}

	async takeTurn(
		signal: AbortSignal | undefined,
		atMostMs?: number,
	): Promise<'granted' | 'cancelled' | 'busy'> {
		const own = await this.ofSeller.takeTurn(signal, atMostMs);
		if (own !== 'granted') return own;
		const turn = await this.ofApplication.takeTurn(signal, atMostMs);
		if (turn !== 'granted') this.ofSeller.returnTurn();
		return turn;
	}

	returnTurn(): void {
		this.ofSeller.returnTurn();
		this.ofApplication.returnTurn();
	}

	/** Amazon does not say which of them it counted. */
	throttled(): void {
		this.ofSeller.throttled();
		this.ofApplication.throttled();
	}

	accepted(namedRate?: number): void {
		this.ofSeller.accepted(namedRate);
		this.ofApplication.accepted(namedRate);
	}
}
