import { z } from 'zod';
import { Random } from './random';

/** Faults that replace or damage the answer to one request. */
export const REQUEST_FAULTS = [
	'throttle',
	'error500',
	'error503',
	'slow',
	'cutBefore',
	'cutAfter',
	'truncatedJson',
	'expiredToken',
	'garbageHtml',
	/** A refusal in words no client knows. */
	'unknown403',
] as const;
/** Faults that decide, when a report is created, how it will end. */
export const REPORT_FAULTS = ['reportCancelled', 'reportFatal', 'reportStuck'] as const;
/** Faults of a document's own URL. */
export const DOCUMENT_FAULTS = [
	'expiredDocument',
	'wrongCharset',
	/** The document is said to be at `location`. */
	'documentElsewhere',
	/** The document's URL redirects to `location`. */
	'documentRedirect',
	/** Instead of the document, gzip that becomes a thousand times larger. */
	'documentBomb',
] as const;
/** Answers that are habits too (`habits.ts`): there they last, here they can be aimed. */
export const EVENT_FAULTS = [
	'expiredSecret',
	'cutOff403',
	'html403',
	'errors200',
	/** Amazon never sees the request. */
	'loginPage',
	'unauthorizedClient',
	'invalidClient',
	'fulfillment400',
] as const;
export const SOLICITATION_FAULTS = ['flappingEligibility'] as const;

export const FAULT_KINDS = [
	...REQUEST_FAULTS,
	...REPORT_FAULTS,
	...DOCUMENT_FAULTS,
	...SOLICITATION_FAULTS,
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number] | (typeof EVENT_FAULTS)[number];

export const faultSchema = z
	.object({
		kind: z.enum([...FAULT_KINDS, ...EVENT_FAULTS]),
		/** Only this operation, e.g. `getReport`, `lwaToken`, `downloadDocument`. */
		operation: z.string().optional(),
		orderId: z.string().optional(),
		sellerKey: z.string().optional(),
		reportType: z.string().optional(),
		/** How often it strikes; 1 unless `probability` is given, which makes it 'always'. */
		times: z.union([z.number().int().positive(), z.literal('always')]).optional(),
		/** Lets this many matching calls through first. */
		skip: z.number().int().nonnegative().optional(),
		/** Chance (0..1, from the seed) that a matching call is struck. */
		probability: z.number().min(0).max(1).optional(),
		/** `slow`: how long the answer is held back. */
		delayMs: z.number().nonnegative().optional(),
		/** `wrongCharset`: the charset the download announces. */
		charset: z.string().optional(),
		/** `documentElsewhere`, `documentRedirect`: the URL. */
		location: z.string().optional(),
	})
	.strict();
export type FaultSpec = z.infer<typeof faultSchema>;

/** What a fault may be aimed at. */
export interface FaultTarget {
	readonly operation: string;
	readonly sellerKey?: string | undefined;
	readonly orderId?: string | undefined;
	readonly reportType?: string | undefined;
}

/** A fault that was switched on. */
export class Fault {
	/** How often it has struck. */
	fired = 0;
	private skipped = 0;
	private readonly seen = new Map<string, number>();

	constructor(
		readonly id: string,
		readonly spec: FaultSpec,
		private readonly detach: (fault: Fault) => void,
	) {}

	get kind(): FaultKind {
		return this.spec.kind;
	}

	get exhausted(): boolean {
		const times = this.spec.times ?? (this.spec.probability === undefined ? 1 : 'always');
		return times !== 'always' && this.fired >= times;
	}

	/** Switches the fault off. */
	remove(): void {
		this.detach(this);
	}

	matches(target: FaultTarget): boolean {
		const { operation, orderId, sellerKey, reportType } = this.spec;
		return (
			(operation === undefined || operation === target.operation) &&
			(orderId === undefined || orderId === target.orderId) &&
			(sellerKey === undefined || sellerKey === target.sellerKey) &&
			(reportType === undefined || reportType === target.reportType)
		);
	}

	/** Whether it strikes this matching call; counts it when it does. */
	strikes(target: FaultTarget, random: Random): boolean {
		if (this.exhausted) return false;
		if (this.skipped < (this.spec.skip ?? 0)) {
			this.skipped += 1;
			return false;
		}
		if (this.spec.probability !== undefined && !random.chance(this.spec.probability)) return false;
		if (this.kind === 'flappingEligibility' && !this.isEvenRead(target.orderId ?? '')) return false;
		this.fired += 1;
		return true;
	}

	/** Flapping: an order's first read tells the truth, its second is struck, and so on. */
	private isEvenRead(orderId: string): boolean {
		const reads = (this.seen.get(orderId) ?? 0) + 1;
		this.seen.set(orderId, reads);
		return reads % 2 === 0;
	}
}

/** The faults that are switched on. */
export class Faults {
	private active: Fault[] = [];
	private counter = 0;
	private random: Random;

	constructor(private readonly seed: string) {
		this.random = new Random(`${seed}/faults`);
	}

	/** Switches a fault on; the handle tells how often it struck and switches it off. */
	add(spec: FaultSpec): Fault {
		this.counter += 1;
		const fault = new Fault(`fault-${this.counter}`, faultSchema.parse(spec), (gone) => {
			this.active = this.active.filter((other) => other !== gone);
		});
		this.active.push(fault);
		return fault;
	}

	list(): readonly Fault[] {
		return this.active;
	}

	clear(): void {
		this.active = [];
		this.random = new Random(`${this.seed}/faults`);
	}

	/** The first fault of these kinds that strikes this target, counted as fired. */
	take(kinds: readonly FaultKind[], target: FaultTarget): Fault | undefined {
		return this.active.find(
			(fault) =>
				kinds.includes(fault.kind) && fault.matches(target) && fault.strikes(target, this.random),
		);
	}
}
