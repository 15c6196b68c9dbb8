import rules from '../scripts/eslint.config.mjs';

export default [
	...rules,
	{
		files: ['**/*.ts'],
		ignores: ['fastCheck.ts'],
		rules: {
			'no-restricted-imports': [
				'error',
				{ name: 'fast-check', message: 'Import test/fastCheck instead: it has a fixed seed.' },
			],
		},
	},
];
