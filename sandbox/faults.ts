// cspell:ignore cancelled
import { z } from 'zod';
import { Random } from './random';

/** Faults that replace or damage the response to one request. */
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
	/** A refusal with a text no client recognizes. */
	'unknown403',
	/** Replaces Amazon's response with `status` and `body`; by default with a proxy's login page. */
	'otherAnswer',
] as const;
/** Faults that decide, when a report is created, how it will end. */
export const REPORT_FAULTS = ['reportCancelled', 'reportFatal', 'reportStuck'] as const;
/** Faults of a document's own URL. */
export const DOCUMENT_FAULTS = [
	'expiredDocument',
	'wrongCharset',
	/** The document's URL is `location`. */
	'documentElsewhere',
	/** The document's URL redirects to `location`. */
	'documentRedirect',
	/** In place of the document: gzip that expands to a thousand times its size. */
	'documentBomb',
] as const;
/** Responses that are also habits (`habits.ts`): a habit lasts, a fault can be aimed. */
export const EVENT_FAULTS = [
	'expiredSecret',
	'cutOff403',
	'html403',
	'errors200',
	/** Amazon never receives the request. */
	'loginPage',
	'unauthorizedClient',
	'invalidClient',
	'fulfillment400',
] as const;
/** Faults that decide, when a query is created, how it will end. */
export const QUERY_FAULTS = ['queryFatal', 'queryStuck', 'queryNoData'] as const;
/** Faults of Data Kiosk. */
export const KIOSK_FAULTS = [
	...QUERY_FAULTS,
	/** The document ends in the middle of its last line. */
	'truncatedLines',
] as const;
export const SOLICITATION_FAULTS = ['flappingEligibility'] as const;

export const FAULT_KINDS = [
	...REQUEST_FAULTS,
	...REPORT_FAULTS,
	...DOCUMENT_FAULTS,
	...SOLICITATION_FAULTS,
	...KIOSK_FAULTS,
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
		/** How many times it applies; by default 1, or 'always' if `probability` is given. */
		times: z.union([z.number().int().positive(), z.literal('always')]).optional(),
		/** Skips this many matching calls first. */
		skip: z.number().int().nonnegative().optional(),
		/** Probability (0..1, from the seed) that it applies to a matching call. */
		probability: z.number().min(0).max(1).optional(),
		/** `slow`: how long the response is delayed. */
		delayMs: z.number().nonnegative().optional(),
		/** `wrongCharset`: the charset the download announces. */
		charset: z.string().optional(),
		/** `documentElsewhere`, `documentRedirect`: the URL. */
		location: z.string().optional(),
		/** `otherAnswer`: its status; 200 by default. */
		status: z.number().int().min(200).max(599).optional(),
		/**
		 * `otherAnswer`: the body. `reportFatal`, `reportCancelled`: the document with the reason
		 * (Amazon's page on report status mentions such documents; only if given here). `queryFatal`:
		 * the reason.
		 */
		body: z.string().optional(),
		/** `otherAnswer`: whether it has a request ID, as Amazon's own responses do. */
		hasRequestId: z.boolean().optional(),
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

/** A fault that is turned on. */
export class Fault {
	/** How many times it has been applied. */
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

	/** Turns the fault off. */
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

	/** Whether it applies to this matching call; counts the call if so. */
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

	/** Flapping: an order's first read is correct, the second gets the fault, and so on. */
	private isEvenRead(orderId: string): boolean {
		const reads = (this.seen.get(orderId) ?? 0) + 1;
		this.seen.set(orderId, reads);
		return reads % 2 === 0;
	}
}

/** The faults that are turned on. */
export class Faults {
	private active: Fault[] = [];
	private counter = 0;
	private random: Random;

	constructor(private readonly seed: string) {
		this.random = new Random(`${seed}/faults`);
	}

	/** Turns a fault on. The handle counts how many times it was applied and turns it off. */
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

	/** The first fault of these kinds that applies to this target, counted as fired. */
	take(kinds: readonly FaultKind[], target: FaultTarget): Fault | undefined {
		return this.active.find(
			(fault) =>
				kinds.includes(fault.kind) && fault.matches(target) && fault.strikes(target, this.random),
		);
	}
}
