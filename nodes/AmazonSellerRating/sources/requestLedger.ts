import { jsonParse, type IDataObject, type INodeExecutionData } from 'n8n-workflow';
import { z } from 'zod';

import { dayNumber, dayOfTable, isIsoDay } from '../../shared/domain/calendar';
import { findMarketplace, type Marketplace } from '../../shared/domain/marketplaces';
import { isOrderId } from '../../shared/domain/orderId';
import { ENTRIES_PER_STEP, type Steps } from '../../shared/domain/steps';
import type { SentRequest } from '../analysis/requestEffectLedger';
import { toDay } from './inputItems';

/** The accepted requests of a ledger, by marketplace. */
export interface RequestLedger {
	readonly requests: ReadonlyMap<Marketplace, readonly SentRequest[]>;
	/** The sellers that the accepted requests name. */
	readonly sellers: ReadonlySet<string>;
	/** Rows that name another seller. */
	readonly ofOthers: number;
	/** Rows of orders for which no request was accepted, such as those of a dry run. */
	readonly notSent: number;
	/** Further rows of an order. */
	readonly repeated: number;
	/** Rows without an order ID, a marketplace or a time. */
	readonly unreadable: number;
}

/** Outcomes of Send after which Amazon has the request. */
const SENT: readonly string[] = ['sent', 'sentUnconfirmed'];

/** Unreadable and null are both absent, so that one bad field costs only itself. */
const absent = <Schema extends z.ZodTypeAny>(schema: Schema) =>
	schema.optional().catch(undefined) as z.ZodType<
		z.output<Schema> | undefined,
		z.ZodTypeDef,
		unknown
	>;

/** Sheets keep numbers and booleans as text. */
const wholeNumber = absent(z.preprocess(blankIsAbsent, z.coerce.number().int()));
const flag = absent(
	z
		.union([z.boolean(), z.number(), z.string()])
		.transform((value) => /^(true|yes|1)$/i.test(String(value).trim())),
);
const day = absent(
	z.preprocess(
		(value) => dayOfTable(value) ?? value,
		z
			.string()
			.transform((text) => text.trim().slice(0, 10))
			.refine(isIsoDay),
	),
);
const text = absent(z.string().trim().min(1));

const pulseSchema = z.object({ block: wholeNumber, day, forced: flag, isPulseDay: flag });

const rowSchema = z.object({
	orderId: absent(z.string().trim().refine(isOrderId)),
	seller: text,
	marketplaceId: text,
	marketplace: text,
	outcome: text,
	at: z.unknown(),
	sentAt: z.unknown(),
	pulse: absent(z.preprocess(parsedJson, pulseSchema)),
	pulseBlock: wholeNumber,
	pulseDay: day,
	pulseForced: flag,
	delayDays: absent(z.preprocess(blankIsAbsent, z.coerce.number().min(0))),
});

type Row = z.infer<typeof rowSchema>;

/**
 * Reads each input item as a ledger row, as Send returns them: with `pulse` and `delayDays` of Plan,
 * or with columns `pulseBlock`, `pulseDay` and `pulseForced`.
 * @param seller rows that name another one are left out; undefined for all
 */
export function* readLedger(
	items: readonly INodeExecutionData[],
	seller: string | undefined,
): Steps<RequestLedger> {
	const requests = new Map<Marketplace, Map<string, SentRequest>>();
	const sellers = new Set<string>();
	const counts = { ofOthers: 0, notSent: 0, repeated: 0, unreadable: 0 };
	for (const [index, { json }] of items.entries()) {
		if (index % ENTRIES_PER_STEP === ENTRIES_PER_STEP - 1) yield;
		const row = rowSchema.parse(json);
		const place = findMarketplace(row.marketplaceId ?? row.marketplace ?? '');
		const sentOn = place && toDay(dateIn(json, row), place);
		if (seller !== undefined && row.seller !== undefined && row.seller !== seller) {
			counts.ofOthers += 1;
		} else if (row.outcome !== undefined && !SENT.includes(row.outcome)) {
			counts.notSent += 1;
		} else if (row.orderId === undefined || place === undefined || sentOn === undefined) {
			counts.unreadable += 1;
		} else {
			const own = requests.get(place) ?? new Map<string, SentRequest>();
			requests.set(place, own);
			if (own.has(row.orderId)) counts.repeated += 1;
			else own.set(row.orderId, requestOf(row.orderId, dayNumber(sentOn), row));
			if (row.seller !== undefined) sellers.add(row.seller);
		}
	}
	const lists = [...requests].map(([place, own]) => [place, [...own.values()]] as const);
	return { requests: new Map(lists), sellers, ...counts };
}

/** The row may have been written later, when the request was looked up. */
const dateIn = (json: IDataObject, { at, sentAt }: Row): unknown =>
	[json.requestedAt, sentAt, at].find((value) => (blankIsAbsent(value) ?? null) !== null);

function requestOf(orderId: string, sentOn: number, row: Row): SentRequest {
	const pulse = pulseOf(row);
	return {
		orderId,
		day: sentOn,
		...(pulse !== undefined && { pulse }),
		...(row.delayDays !== undefined && { delayDays: row.delayDays }),
	};
}

function pulseOf({ pulse, pulseBlock, pulseDay, pulseForced }: Row): SentRequest['pulse'] {
	const block = pulse?.block ?? pulseBlock;
	const planned = pulse?.day ?? pulseDay;
	if (block === undefined || planned === undefined) return undefined;
	const isForced = pulse?.forced ?? pulseForced ?? pulse?.isPulseDay === false;
	return { block, day: dayNumber(planned), isForced };
}

function blankIsAbsent(value: unknown): unknown {
	return value === null || (typeof value === 'string' && value.trim() === '') ? undefined : value;
}

/** Tables keep an object as text. */
function parsedJson(value: unknown): unknown {
	return typeof value === 'string' ? jsonParse<unknown>(value, { fallbackValue: null }) : value;
}
