import { habitsOf, type HabitName, type Habits } from '../../sandbox';
import { HABITS, HABIT_NAMES } from '../../sandbox/habits';
import type { Random } from '../../sandbox/random';

const WORST = habitsOf('worst');

const EVERYDAY = HABIT_NAMES.filter((name) => HABITS[name].kind === 'climate');

/** Habits that fail calls as long as they last; the campaign draws them as faults. */
const FAILURES: readonly HabitName[] = [
	'expiredSecret',
	'cutOffRefusals',
	'htmlRefusals',
	'errorsWithStatus200',
	'proxyLoginPage',
	'unauthorizedClient',
	'invalidClient',
	'noFulfillmentData',
];

const AT_TIMES = HABIT_NAMES.filter((name) => !EVERYDAY.includes(name) && !FAILURES.includes(name));

/**
 * The worst profile, or with some everyday habits off or others on, or only what the models say.
 */
export function drawHabits(random: Random): Habits {
	const weather = random.next();
	if (weather < 0.4) return WORST;
	if (weather < 0.5) return habitsOf('kind');
	const off = Array.from({ length: random.integer(0, 4) }, () => random.pick(EVERYDAY));
	const on = Array.from({ length: random.integer(0, 3) }, () => random.pick(AT_TIMES));
	const changes = [
		...off.map((name) => [name, false] as const),
		...on.map((name) => [name, true] as const),
	];
	return { ...WORST, ...Object.fromEntries(changes) };
}

/** Whether all everyday habits are on. */
export const isWorst = (habits: Habits): boolean => EVERYDAY.every((name) => habits[name]);
