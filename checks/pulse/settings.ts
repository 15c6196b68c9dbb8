/** The marketplace of the check; its days are those of the pulse test. */
export const MARKETPLACE = 'ATVPDKIKX0DER';
export const ZONE = 'America/Los_Angeles';

/** When requests go out: n8n's schedule, the hour of it, and the time between two runs. */
export const SCHEDULE = '0 9 * * *';
export const RUN_HOUR = 9;
export const BETWEEN_RUNS_MINUTES = 24 * 60;

/** The first morning. */
export const START_DAY = '2026-10-05';

/** Mornings before the pulse test is turned on, in the middle of a block. */
export const WARM_UP_DAYS = 3;

/** Days after the last whole block until Amazon's totals of it are settled. */
export const SETTLING_DAYS = 5;

/** How many days orders show up before they can be requested, and how old late ones are. */
export const USUAL_AGE_DAYS = 3;
export const LATE_AGE_DAYS = 30;

/** Late orders a day: their window closes within days, perhaps before the next day drawn. */
export const LATE_ORDERS = 3;

/** Orders whose window is open on the first morning. */
export const BACKLOG_ORDERS = 150;

/** Feedback per order that comes anyway, and the share of 1 to 3 stars. */
export const ORGANIC = 0.01;
export const LOW_SHARE = 0.2;
