import { differences } from './differences';

it('finds lost, duplicate and invented entries, and nothing if both lists agree', () => {
	expect(differences(['a', 'b', 'b'], ['b', 'a', 'b'])).toEqual({
		lost: [],
		doubled: [],
		invented: [],
	});
	expect(differences(['a', 'b', 'b', 'c'], ['c', 'b', 'c', 'd', 'c'])).toEqual({
		lost: ['a', 'b'],
		doubled: ['c', 'c'],
		invented: ['d'],
	});
});
