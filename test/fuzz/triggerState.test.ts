import { check, fuzz, type Watch } from '../../fuzz/targets/triggerState';
import { advance } from '../../nodes/AmazonSellerFeedbackTrigger/watch/advance';
import { readState } from '../../nodes/AmazonSellerFeedbackTrigger/watch/state';
import { inputsOf, refusedBy } from './replay';

const RIGHT: Watch = { readState, advance };

let calls = 0;

const BROKEN: ReadonlyArray<readonly [string, Partial<Watch>]> = [
	[
		'throws at a state that is no object',
		{
			readState: (stored, credential, seller) => {
				if (Array.isArray(stored)) throw new TypeError('no object');
				return readState(stored, credential, seller);
			},
		},
	],
	[
		'forgets a part of what it wrote',
		{
			readState: (stored, credential, seller) => {
				const state = readState(stored, credential, seller);
				return state && { ...state, marketplaces: {} };
			},
		},
	],
	[
		'remembers nothing, and so tells all again',
		{ advance: (state, ...rest) => ({ ...advance(state, ...rest), state }) },
	],
	[
		'tells more than is wanted',
		{
			advance: (state, observation, settings) =>
				advance(state, observation, {
					...settings,
					events: ['newNegativeFeedback', 'feedbackRemoved'],
				}),
		},
	],
	[
		'names an event otherwise each time',
		{
			advance: (...given) => {
				const { state, events } = advance(...given);
				calls += 1;
				return { state, events: events.map((event) => ({ ...event, id: `${event.id}/${calls}` })) };
			},
		},
	],
	[
		'gives all events one ID',
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
	it.each(inputsOf('triggerState'))('holds for %s', (_, data) => {
		fuzz(data);
	});

	it.each(BROKEN)('catches a watch that %s', (_, broken) => {
		expect(refusedBy('triggerState', (data) => check(data, { ...RIGHT, ...broken }))).not.toEqual(
			[],
		);
	});
});
