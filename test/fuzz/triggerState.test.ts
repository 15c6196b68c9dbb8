import { check, fuzz, type Watch } from '../../fuzz/targets/triggerState';
import { advance } from '../../nodes/AmazonSellerFeedbackTrigger/watch/advance';
import { readState } from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import { inputsOf, refusedBy } from './replay';

const RIGHT: Watch = { readState, advance };

let calls = 0;

const BROKEN: ReadonlyArray<readonly [string, Partial<Watch>]> = [
	[
		'throws on a state that is not an object',
		{
			readState: (stored, credential, seller) => {
				if (Array.isArray(stored)) throw new TypeError('no object');
				return readState(stored, credential, seller);
			},
		},
	],
	[
		'loses a part of what it wrote',
		{
			readState: (stored, credential, seller) => {
				const state = readState(stored, credential, seller);
				return state && { ...state, marketplaces: {} };
			},
		},
	],
	[
		'remembers nothing, so it reports everything again',
		{ advance: (state, ...rest) => ({ ...advance(state, ...rest), state }) },
	],
	[
		'reports events that were not selected',
		{
			advance: (state, observation, settings) =>
				advance(state, observation, {
					...settings,
					events: ['newNegativeFeedback', 'feedbackRemoved'],
				}),
		},
	],
	[
		'gives an event a different ID each time',
		{
			advance: (...given) => {
				const { state, events } = advance(...given);
				calls += 1;
				return { state, events: events.map((event) => ({ ...event, id: `${event.id}/${calls}` })) };
			},
		},
	],
	[
		'gives all events the same ID',
		{
			advance: (...given) => {
				const { state, events } = advance(...given);
				return { state, events: events.map((event) => ({ ...event, id: '1' })) };
			},
		},
	],
	[
		"remembers the buyer's address",
		{
			advance: (...given) => {
				const { state, events } = advance(...given);
				const [observation] = given.slice(1);
				return { state: { ...state, beganOn: JSON.stringify(observation) }, events };
			},
		},
	],
	[
		'writes what it cannot read',
		{
			advance: (...given) => {
				const { state, events } = advance(...given);
				return { state: { ...state, began: 'today' }, events };
			},
		},
	],
];

describe('fuzz target "triggerState"', () => {
	it.each(inputsOf('triggerState'))('passes with %s', (_, data) => {
		fuzz(data);
	});

	it.each(BROKEN)('catches a watch that %s', (_, broken) => {
		expect(refusedBy('triggerState', (data) => check(data, { ...RIGHT, ...broken }))).not.toEqual(
			[],
		);
	});
});
