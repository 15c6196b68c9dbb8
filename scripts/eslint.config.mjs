/**
 * ESLint for what is not published: scripts, tests, the sandbox, benchmarks, the fuzzer. n8n's own
 * configuration in the root, which strict mode lets nobody change, is for nodes and their credentials;
 * here its rules for them are off that forbid what only nodes must not do.
 */
import { config } from '@n8n/node-cli/eslint';

/** The rules for TypeScript are for the scripts, too. */
const forScripts = config.map((part) =>
	part.files?.includes('**/*.ts') ? { ...part, files: ['**/*.{ts,mjs,cjs}'] } : part,
);

export default [
	...forScripts,
	{
		files: ['**/*.{ts,mjs,cjs}'],
		rules: {
			// These run on the machine, never in n8n: they read files, start processes, wait.
			'@n8n/community-nodes/no-dangerous-functions': 'off',
			'@n8n/community-nodes/no-restricted-globals': 'off',
			'@n8n/community-nodes/no-restricted-imports': 'off',
			// What they throw is shown by no n8n.
			'@n8n/community-nodes/require-node-api-error': 'off',
		},
	},
	{
		// Newer than the resolver's list of what comes with Node.
		settings: { 'import-x/core-modules': ['node:sqlite'] },
	},
	{
		files: ['**/*.{mjs,cjs}'],
		languageOptions: {
			globals: Object.fromEntries(
				Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']),
			),
		},
		rules: {
			'no-console': 'off',
			// TypeScript sees to this in its own files.
			'no-undef': 'error',
		},
	},
	{
		files: ['**/*.cjs'],
		languageOptions: { sourceType: 'commonjs' },
		rules: { '@typescript-eslint/no-require-imports': 'off' },
	},
];
