export const REASONS = {
	lateOrLost: { label: 'Late or Lost', description: '' },
	damaged: { label: 'Damaged', description: '' },
	wrongItem: { label: '', description: '' },
	notAsDescribed: { label: '', description: '' },
	quality: { label: '', description: '' },
	service: { label: '', description: '' },
	packaging: { label: '', description: '' },
	price: { label: '', description: '' },
	other: { label: '', description: '' },
	unclear: { label: '', description: '' },
	noText: { label: '', description: '' },
} as const;
export type Reason = keyof typeof REASONS;
export function reasonsOf(comment: string): {
	reasons: readonly Reason[];
	words: Readonly<Partial<Record<Reason, readonly string[]>>>;
} {
	return { reasons: [comment ? 'unclear' : 'noText'], words: {} };
}
