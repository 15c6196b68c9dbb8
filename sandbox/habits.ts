// cspell:ignore cancelled
import { z } from 'zod';

/** Something Amazon does that is in no model or contradicts one. */
interface Habit {
	/** What Amazon does, in one sentence. */
	readonly does: string;
	/**
	 * Where it was seen: a GitHub thread (`repository#number`), one of Amazon's pages, a recorded
	 * response.
	 */
	readonly source: string;
	/**
	 * `climate`: always happens, part of the worst profile. `event`: happens at times and makes
	 * nearly every run fail while it lasts, or is unproven; on only if turned on by name.
	 */
	readonly kind: 'climate' | 'event';
}

const climate = (does: string, source: string): Habit => ({ does, source, kind: 'climate' });
const event = (does: string, source: string): Habit => ({ does, source, kind: 'event' });

/**
 * All habits. Search for `habits.<name>` to find where each is imitated. `models`, `docs`: Amazon's
 * repositories selling-partner-api-models and -docs.
 */
export const HABITS = {
	reportQuotas: climate(
		'Limits per report type. Sales and Traffic: one per 15 minutes and 96 per 24 hours, per application and per seller; sooner requests get 429. FBA shipments: one per 30 minutes and 12 per 8 hours; FBA returns: one per 4 hours; sooner requests get 429, a FATAL or a CANCELLED report in turn.',
		'models#5210, Amazon\u2019s page on FBA reports, models#4032, docs#2096, docs#2231, docs#1624, models#5152',
	),
	wholeRegionOrders: climate(
		'The all-orders report contains the orders of the whole region, whichever marketplace was requested.',
		'models#1859, docs#1404, docs#1961, jlevers#173',
	),
	foreignOrders: climate(
		'Orders outside Amazon\u2019s shop: S01- (multi-channel, sales channel Non-Amazon or a name of its own) in the all-orders report and in searches without a marketplace, D01- (digital) in every search.',
		'docs#1961, azad#379',
	),
	lateShipmentRows: climate(
		'Rows of the FBA shipments report appear 1 to 3 hours after the shipment, some a day after it.',
		'Amazon\u2019s list of report types (docs repository, 6c417c0)',
	),
	unsettledDays: climate(
		'Sales and Traffic, also in Data Kiosk: a day is complete 72 hours after its end. For the first 24 hours it shows zeros, then its sales, and from 48 hours on page views and part of the feedback.',
		'models#2955, docs#2303 (Amazon), docs#2439',
	),
	unsettledWeek: event('The same, but it takes a week.', 'docs#2303 (Amazon: up to a week)'),
	nullFigures: climate(
		'Sales and Traffic: figures that were not counted on a day are null (buy box, offers, shares of no sessions).',
		'Dumps of several clients',
	),
	nullFeedbackFigures: event(
		'Sales and Traffic: on some days the number of feedback entries is null.',
		'Dumps of several clients; which figures is unproven',
	),
	absentDays: event(
		'Sales and Traffic, also in Data Kiosk: some days stay missing, without notice.',
		'models#5036, models#5135; unproven for this report',
	),
	emptyAsins: event(
		'Sales and Traffic, also in Data Kiosk: the part by ASIN is empty although the part by date is not.',
		'models#5005',
	),
	lineBreaksInComments: climate(
		'Feedback report: comments and responses contain the line breaks buyers typed, LF or CRLF, unquoted.',
		'A client of real Italian reports',
	),
	tabsInComments: event(
		'Feedback report: comments contain tabs, unquoted.',
		'Unproven; nothing is quoted in this report',
	),
	utf16WithoutMark: climate(
		'Feedback reports of Italy, France and Poland are UTF-16 (little endian) without a byte order mark, announced as Cp1252.',
		'A client of real Italian reports',
	),
	rowsOfOtherMarketplaces: event(
		'A feedback report contains rows of the region\u2019s other marketplaces, in their own date formats; only the email\u2019s domain shows which.',
		'Two old clients; unproven for SP-API',
	),
	refusalWords: climate(
		'The refusal for a missing role alternates between "Access to requested resource is denied.", "Access to the resource is forbidden" and, for Sales and Traffic, "Unauthorized to access requested fields."',
		'docs#3028, models#2540, models#5290, docs#1567',
	),
	fatalDocuments: climate(
		'A FATAL report has a document with the reason.',
		'Amazon\u2019s page on report status, docs#1264',
	),
	cancelledDocuments: climate(
		'A CANCELLED report has a document: a header without rows.',
		'Dumps of SDKs',
	),
	nullDocumentIds: climate(
		'A report without a document says reportDocumentId: null.',
		'Dumps of SDKs',
	),
	emptyDocuments: event(
		'If there is nothing to report, a report ends DONE with an empty document instead of CANCELLED.',
		'docs#2019',
	),
	reportsOfOthers: climate(
		'getReports also lists reports that other applications requested; the options of such a report are only in its document.',
		'models#2509, models#4032, reports_2021-06-30.json',
	),
	othersDocumentsClosed: event(
		'The document of another application\u2019s report is refused with 403.',
		'Not established by any source',
	),
	healthAsSeen: climate(
		'Account health: lateShipmentRateList in place of lateShipmentRate, policyViolationWarnings with a count, ahrScore null, rates of 0 over no shipments with status GOOD.',
		'Four clients, real answers of September and October 2026',
	),
	healthWithoutCounts: event(
		'Account health: defect rates without the counts of their causes.',
		'Four clients; the samples were shortened',
	),
	healthNullDefects: event(
		'Account health: the defect rate of orders Amazon fulfills is null; if another marketplace is included, both of its rates are null.',
		'Four clients',
	),
	healthTextCounts: event(
		'Account health: counts are text, warnings are names only.',
		'Four clients',
	),
	brokenApostrophes: climate(
		'The refusal outside the window has a wrongly decoded apostrophe every other time.',
		'models#779',
	),
	nullsInOrders: climate(
		'If an order has no programs, packages, recipient, state or status detail, or there is no next page, the response has null.',
		'Dumps of several clients',
	),
	amountsAsNumbers: climate(
		'Some amounts of an order are numbers although the model has text.',
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
		'The rating of a seller without ratings is 0 percent of 0.',
		'Recorded answer of a client',
	),
	expiredSecret: event(
		'403 for every call of the Selling Partner API: the client secret is older than 180 days. Only `details` distinguishes it from a missing role.',
		'Amazon\u2019s notice of May 2023, models#4489, pipedream#16843',
	),
	cutOffRefusals: event('A 403 whose JSON is cut off.', 'models#779'),
	htmlRefusals: event('A 403 that is a web page.', 'models#4667'),
	errorsWithStatus200: event('Errors with status 200.', 'Dumps of SDKs'),
	proxyLoginPage: event(
		'A proxy answers every call with its own login page and status 200; Amazon never receives the call.',
		'Corporate and hotel networks',
	),
	unauthorizedClient: event(
		'Login with Amazon: refresh token and client ID belong to different applications.',
		'jrl84#34',
	),
	invalidClient: event(
		'Login with Amazon: neither the client ID nor the secret is accepted (also right after a rotation).',
		'jlevers#595, jlevers#602, docs#3030',
	),
	noFulfillmentData: event(
		'searchOrders and getOrder answer 400 for hours if FULFILLMENT is included.',
		'models#5365',
	),
	kioskRewrittenQueries: climate(
		'Data Kiosk: getQuery and getQueries show a rewritten query: white space cut, commas between arguments, one space before each brace.',
		'Recorded answer of a client (peddler)',
	),
	kioskOneOpenQuery: climate(
		'Data Kiosk: while a query is in the queue or in progress, the seller\u2019s same query is refused with 429.',
		'Amazon\u2019s use case guide; the number and the answer are unconfirmed (an n8n node of riknetus)',
	),
	kioskWidenedWeeks: climate(
		'Data Kiosk: weeks and months that are requested in part are reported whole, although the schema says that they are left out.',
		'Recorded answer of a client (peddler); months are unconfirmed',
	),
	kioskNullB2b: climate(
		'Data Kiosk: the figures of business buyers are null for sellers that are not enrolled in Amazon Business.',
		'analytics_salesAndTraffic_2024_04_24.graphql',
	),
	kioskStrayMarketplaces: climate(
		'Data Kiosk: getQuery and getDocument with a parameter MarketplaceIds answer 403.',
		'saleweaver#1422',
	),
	kioskFalseZeros: event(
		'Data Kiosk: the last two weeks are zeros in a query that ends DONE without an error.',
		'models#4391, models#4756, models#5135, models#5305 (another dataset)',
	),
	kioskFieldsRefused: event(
		'Data Kiosk: createQuery answers 403 "Unauthorized to access requested fields." although the role is there.',
		'models#5290, models#5292',
	),
	kioskFatalOnce: event(
		'Data Kiosk: a query ends FATAL, and the same query is fine the next time.',
		'Unproven; models#5215 (another dataset, for weeks)',
	),
	kioskFatalWithoutDocument: event(
		'Data Kiosk: a FATAL query has no error document.',
		'Amazon\u2019s sample code (process_notification_handler.py)',
	),
	kioskLongQueue: event(
		'Data Kiosk: queries wait in the queue for more than an hour.',
		'Recorded answer of a client (peddler; another dataset), models#5298',
	),
	kioskNoData: event(
		'Data Kiosk: a query ends DONE without a document although there is data.',
		'Unproven; models#5005 (the report)',
	),
	kioskShuffledRows: event(
		'Data Kiosk: the lines of a result are in no order.',
		'Unproven; Amazon promises no order',
	),
	kioskSharedQuota: event(
		'Data Kiosk: the rate limits count all sellers of the application together.',
		'models#5240, models#5256; contradicts the model',
	),
	kioskDatasetRemoved: event(
		'Data Kiosk: the dataset is gone, and createQuery answers 400.',
		'Amazon\u2019s changelog on the predecessor 2023_11_15; the answer is unconfirmed',
	),
} as const satisfies Record<string, Habit>;

export type HabitName = keyof typeof HABITS;
export type Habits = Readonly<Record<HabitName, boolean>>;
/** `worst`: the whole climate and no events. `kind`: only what is in Amazon's models. */
export type Profile = 'worst' | 'kind';
/** A profile, or single habits to turn on or off. */
export type HabitsChange = Profile | Partial<Habits>;

export const PROFILES: readonly Profile[] = ['worst', 'kind'];
/** The profile a sandbox starts with by default. */
export const DEFAULT_PROFILE: Profile = 'worst';

export const HABIT_NAMES = Object.keys(HABITS) as HabitName[];

/** The habits of a profile. */
export function habitsOf(profile: Profile): Habits {
	return Object.fromEntries(
		HABIT_NAMES.map((name) => [name, profile === 'worst' && HABITS[name].kind === 'climate']),
	) as Habits;
}

const isHabit = (name: string): name is HabitName => HABIT_NAMES.some((known) => known === name);

/**
 * Habits as a command line names them: a profile, single habits, or a profile plus habits
 * (`worst,expiredSecret`; a name after `-` is turned off). Undefined for anything else.
 */
export function readHabits(text: string): Habits | undefined {
	const [first = '', ...others] = text.split(',').map((part) => part.trim());
	const profile = PROFILES.find((name) => name === first);
	const names = profile === undefined ? [first, ...others] : others;
	const switches = names.map((name) => [name.replace(/^-/, ''), !name.startsWith('-')] as const);
	if (switches.some(([name]) => !isHabit(name))) return undefined;
	return { ...habitsOf(profile ?? 'kind'), ...Object.fromEntries(switches) };
}

/**
 * The rows of the table in the docs, one cell each for name, profile, what Amazon does and source.
 */
export const habitRows = (): string[][] =>
	HABIT_NAMES.map((name) => {
		const { kind, does, source } = HABITS[name];
		return [`\`${name}\``, kind === 'climate' ? 'yes' : 'no', does, source];
	});

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

/**
 * The habits after a change. Single habits are changed, the others stay. Throws on unknown names.
 */
export function changeHabits(current: Habits, change: HabitsChange): Habits {
	const parsed = habitsChangeSchema.parse(change);
	if (typeof parsed === 'string') return habitsOf(parsed);
	const given = Object.entries(parsed).filter(([, on]) => on !== undefined);
	return { ...current, ...(Object.fromEntries(given) as Partial<Habits>) };
}
