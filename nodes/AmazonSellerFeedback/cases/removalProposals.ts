import type { CaseRow } from './caseRow';

type Proposed = Pick<CaseRow, 'seller' | 'removalProposedOn'>;

/** Counts the removal requests that are proposed per seller and day. */
export class RemovalProposals {
	private readonly counts = new Map<string, number>();

	/** @param most per seller and day */
	constructor(
		kept: Iterable<Proposed>,
		private readonly most: number,
	) {
		for (const { seller, removalProposedOn } of kept) this.count(seller, removalProposedOn);
	}

	count(seller: string | null | undefined, day: string | null): void {
		if (day === null) return;
		const key = keyOf(seller, day);
		this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
	}

	/** Whether one more request may be proposed on this marketplace-local day. */
	mayPropose(seller: string | null | undefined, day: string): boolean {
		return (this.counts.get(keyOf(seller, day)) ?? 0) < this.most;
	}
}

const keyOf = (seller: string | null | undefined, day: string): string => `${day} ${seller ?? ''}`;
