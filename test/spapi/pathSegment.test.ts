import { pathSegment } from '../../nodes/shared/spapi/pathSegment';

describe('pathSegment', () => {
	it.each(['111-1234567-7654321', 'B00V5DG6IQ', 'amzn1.spdoc.1.4.na.0356cf79-b8b0', '50012020'])(
		'keeps %s as it is',
		(id) => {
			expect(pathSegment(id)).toBe(id);
		},
	);

	it.each([undefined, '', '.', '..', 'a/b', 'a\\b', '\ud800', 'a\u0000b', 'a b', 'x'.repeat(301)])(
		'rejects %p, even if it comes from Amazon, without repeating it',
		(id) => {
			expect(() => pathSegment(id)).toThrow(
				/^Could not call Amazon: an ID has invalid characters$/,
			);
		},
	);
});
