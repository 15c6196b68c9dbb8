import { z } from 'zod';

/** One thing Amazon does that no model tells, or that contradicts it. */
interface Habit {
	/** What Amazon does, in one sentence. */
	readonly does: string;
	/** Where it was seen: a GitHub thread (`repository#number`), a page of Amazon's, a recorded answer. */
	readonly source: string;
	/**
	 * `climate`: always so, and part of the worst profile. `event`: happens at times and lets nearly
	 * every run fail while it lasts, or nobody has proven it; only on when switched on by name.
	 */
	readonly kind: 'climate' | 'event';
}

const climate = (does: string, source: string): Habit => ({ does, source, kind: 'climate' });
const event = (does: string, source: string): Habit => ({ does, source, kind: 'event' });

/** Every habit there is. `models`, `docs`: Amazon's repositories selling-partner-api-models and -docs. */
export const HABITS = {
	reportQuotas: climate(
		'Limits per report type. Sales and Traffic: one per 15 minutes and 96 per 24 hours, of the application and of the seller; sooner gives 429. FBA shipments: one per 30 minutes and 12 per 8 hours; FBA returns: one per 4 hours; sooner gives 429, a FATAL or a CANCELLED report in turn.',
		'models#5210, Amazon\u2019s page on FBA reports, models#4032, docs#2096, docs#2231, docs#1624, models#5152',
	),
	nullsInOrders: climate(
		'Where an order has no programs, packages, recipient, state or status detail, and where there is no next page, the answer says null.',
		'Dumps of several clients',
	),
	amountsAsNumbers: climate(
		'Some amounts of an order are numbers where the model has text.',
		'Dumps of several clients',
	),
	exchangeOrders: climate(
		'An order that replaces another names it as EXCHANGE_ORIGINAL_ID as often as REPLACEMENT_ORIGINAL_ID.',
		'orders_2026-01-01.json',
	),
	nullStoreNames: climate(
		'A participation may have no store name: null.',
		'Dumps of several clients',
	),
	zeroRatings: climate(
		'The rating of a seller nobody has rated is 0 percent of 0.',
		'Recorded answer of a client',
	),
	expiredSecret: event(
		'403 for every call of the Selling Partner API: the client secret is older than 180 days. Only details tell it from a missing role.',
		'Amazon\u2019s notice of May 2023, models#4489, pipedream#16843',
	),
	cutOffRefusals: event('A 403 whose JSON breaks off before its end.', 'models#779'),
	htmlRefusals: event('A 403 that is a web page.', 'models#4667'),
	errorsWithStatus200: event('Errors with status 200.', 'Dumps of SDKs'),
	proxyLoginPage: event(
		'A proxy answers every call with its own log-in page and status 200; Amazon never sees the call.',
		'Corporate and hotel networks',
	),
	unauthorizedClient: event(
		'Login with Amazon: refresh token and client ID belong to two applications.',
		'jrl84#34',
	),
	invalidClient: event(
		'Login with Amazon: neither the client ID nor the secret are accepted (right after a rotation, too).',
		'jlevers#595, jlevers#602, docs#3030',
	),
	noFulfillmentData: event(
		'searchOrders answers 400 for every search that includes FULFILLMENT, for hours.',
		'models#5365',
	),
} as const satisfies Record<string, Habit>;

export type HabitName = keyof typeof HABITS;
export type Habits = Readonly<Record<HabitName, boolean>>;
/** `worst`: the whole climate and no event. `kind`: nothing that is not in Amazon's models. */
export type Profile = 'worst' | 'kind';
/** A profile, or single habits to switch on or off. */
export type HabitsChange = Profile | Partial<Habits>;

export const PROFILES: readonly Profile[] = ['worst', 'kind'];
/** What a sandbox is started with unless it is told otherwise. */
export const DEFAULT_PROFILE: Profile = 'kind';

export const HABIT_NAMES = Object.keys(HABITS) as HabitName[];

/** The habits of a profile. */
export function habitsOf(profile: Profile): Habits {
	return Object.fromEntries(
		HABIT_NAMES.map((name) => [name, profile === 'worst' && HABITS[name].kind === 'climate']),
	) as Habits;
}

export const habitsChangeSchema = z.union([
	z.enum(['worst', 'kind']),
	z
		.object(
			Object.fromEntries(HABIT_NAMES.map((name) => [name, z.boolean().optional()])) as Record<
				HabitName,
				z.ZodOptional<z.ZodBoolean>
			>,
		)
		.strict(),
]);

/** The habits after a change; single ones are switched, the others stay. Unknown names are refused. */
export function changeHabits(current: Habits, change: HabitsChange): Habits {
	const parsed = habitsChangeSchema.parse(change);
	if (typeof parsed === 'string') return habitsOf(parsed);
	const given = Object.entries(parsed).filter(([, on]) => on !== undefined);
	return { ...current, ...(Object.fromEntries(given) as Partial<Habits>) };
}
