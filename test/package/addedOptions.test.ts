import type { INodeProperties } from 'n8n-workflow';

import { AmazonReviewSolicitation } from '../../nodes/AmazonReviewSolicitation/AmazonReviewSolicitation.node';

/** The switches in collections, by the names the editor shows. */
const switchesIn = (
	properties: readonly INodeProperties[],
	inCollection = false,
): INodeProperties[] =>
	properties.flatMap((property) => [
		...(inCollection && property.type === 'boolean' ? [property] : []),
		...(property.options ?? []).flatMap((option) =>
			'values' in option
				? switchesIn(option.values)
				: 'displayName' in option && 'type' in option
					? switchesIn([option], property.type === 'collection')
					: [],
		),
	]);

test('an option that is a switch is on when it is added', () => {
	const switches = switchesIn(new AmazonReviewSolicitation().description.properties);
	expect(switches.length).toBeGreaterThan(5);
	expect(switches.filter((each) => each.default !== true).map((each) => each.displayName)).toEqual(
		[],
	);
});
