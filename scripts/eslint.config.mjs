/**
 * ESLint for everything that is not published: scripts, checks, tests, the sandbox, benchmarks, the
 * fuzzer.
 * n8n's own configuration in the root, which strict mode does not let you change, is for nodes and
 * their credentials. Rules that only apply to nodes are disabled here.
 */
import { config } from '@n8n/node-cli/eslint';

/** The TypeScript rules also apply to the scripts. */
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
			// n8n does not show what they throw.
			'@n8n/community-nodes/require-node-api-error': 'off',
			// They are programs of their own, for a terminal.
			'no-console': 'off',
		},
	},
	{
		// Newer than the resolver's list of Node's built-in modules.
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
			// TypeScript checks this in its own files.
			'no-undef': 'error',
		},
	},
	{
		files: ['**/*.cjs'],
		languageOptions: { sourceType: 'commonjs' },
		rules: { '@typescript-eslint/no-require-imports': 'off' },
	},
];
