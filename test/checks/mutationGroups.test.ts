import { existsSync } from 'node:fs';

import { GROUPS } from '../../checks/mutation/groups';

const parts = Object.values(GROUPS).flat();
const rules = parts.flatMap((part) => part.rules);

describe('the rules that are mutated', () => {
	it('exist, and so do their tests', () => {
		const paths = [...rules, ...parts.flatMap(({ tests }) => tests)];
		expect(paths.filter((path) => !existsSync(path))).toEqual([]);
	});

	it('are each in one group', () => {
		expect(rules.filter((rule, index) => rules.indexOf(rule) !== index)).toEqual([]);
	});
});
