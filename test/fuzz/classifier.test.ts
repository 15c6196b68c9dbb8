import { check, fuzz, type Classifier } from '../../fuzz/targets/classifier';
import { kindOfAnswer, readAnswer } from '../../nodes/shared/spapi/failure';
import { redact } from '../../nodes/shared/spapi/redact';
import { inputsOf, refusedBy } from './replay';

const RIGHT: Classifier = { readAnswer, kindOfAnswer, redact };

const BROKEN: ReadonlyArray<readonly [string, Partial<Classifier>]> = [
	['does not recognize addresses', { redact: (text) => text.replace(/Atz\S+|amzn1\S+/g, '') }],
	['does not recognize tokens', { redact: (text) => text.replace(/\S+@\S+/g, '') }],
	[
		'does not recognize form-encoded addresses',
		{ redact: (text) => (text.includes('%40') ? text : redact(text)) },
	],
	['marks cleaned text again every time', { redact: (text) => `${redact(text)}.` }],
	[
		'passes on the original message',
		{
			readAnswer: (status, body, headers) => ({
				...readAnswer(status, body, headers),
				message: JSON.stringify(body),
			}),
		},
	],
	[
		'throws on a text body',
		{
			readAnswer: (status, body, headers) => {
				if (typeof body === 'string') throw new TypeError('no object');
				return readAnswer(status, body, headers);
			},
		},
	],
	['treats every 403 as a missing role', { kindOfAnswer: () => 'accessDenied' }],
	[
		'treats 429 as a bad request',
		{
			kindOfAnswer: (answer) => {
				const kind = kindOfAnswer(answer);
				return kind === 'throttled' ? 'badRequest' : kind;
			},
		},
	],
];

describe('fuzz target "classifier"', () => {
	it.each(inputsOf('classifier'))('passes with %s', (_, data) => {
		fuzz(data);
	});

	it.each(BROKEN)('catches a classifier that %s', (_, broken) => {
		expect(refusedBy('classifier', (data) => check(data, { ...RIGHT, ...broken }))).not.toEqual([]);
	});
});
