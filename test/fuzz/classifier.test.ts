import { check, fuzz, type Classifier } from '../../fuzz/targets/classifier';
import { kindOfAnswer, readAnswer } from '../../nodes/shared/spapi/failure';
import { redact } from '../../nodes/shared/spapi/redact';
import { inputsOf, refusedBy } from './replay';

const RIGHT: Classifier = { readAnswer, kindOfAnswer, redact };

const BROKEN: ReadonlyArray<readonly [string, Partial<Classifier>]> = [
	['knows no addresses', { redact: (text) => text.replace(/Atz\S+|amzn1\S+/g, '') }],
	['knows no tokens', { redact: (text) => text.replace(/\S+@\S+/g, '') }],
	[
		'knows no addresses as a form writes them',
		{ redact: (text) => (text.includes('%40') ? text : redact(text)) },
	],
	['marks what it cleaned again and again', { redact: (text) => `${redact(text)}.` }],
	[
		'hands on the message as it came',
		{
			readAnswer: (status, body, headers) => ({
				...readAnswer(status, body, headers),
				message: JSON.stringify(body),
			}),
		},
	],
	[
		'throws at a body that is text',
		{
			readAnswer: (status, body, headers) => {
				if (typeof body === 'string') throw new TypeError('no object');
				return readAnswer(status, body, headers);
			},
		},
	],
	['takes every 403 for a missing role', { kindOfAnswer: () => 'accessDenied' }],
	[
		'takes 429 for a bad request',
		{
			kindOfAnswer: (answer) => {
				const kind = kindOfAnswer(answer);
				return kind === 'throttled' ? 'badRequest' : kind;
			},
		},
	],
];

describe('fuzz target "classifier"', () => {
	it.each(inputsOf('classifier'))('holds for %s', (_, data) => {
		fuzz(data);
	});

	it.each(BROKEN)('catches a classifier that %s', (_, broken) => {
		expect(refusedBy('classifier', (data) => check(data, { ...RIGHT, ...broken }))).not.toEqual([]);
	});
});
