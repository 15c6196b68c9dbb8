import { differences } from './differences';

it('tells what was lost, told twice and made up, and nothing where all is right', () => {
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
