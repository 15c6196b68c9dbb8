/** @type {import('jest').Config} */
module.exports = {
	testEnvironment: 'node',
	rootDir: '.',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	// The end-to-end run needs a real n8n; `scripts/test.mjs` prepares one and runs it apart.
	// What takes minutes has a command of its own (`npm run test:requests`).
	testPathIgnorePatterns: [
		'/node_modules/',
		process.env.E2E ? '$^' : '<rootDir>/test/e2e/',
		'<rootDir>/test/long/',
	],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.runtime/'],
	setupFiles: ['<rootDir>/test/setup.ts'],
	transform: {
		// Published as ES modules only, which jest does not load.
		'[/\\\\]@observablehq[/\\\\]plot[/\\\\]src[/\\\\]index\\.js$':
			'<rootDir>/test/chart/bundleTransform.cjs',
		'^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }],
	},
	transformIgnorePatterns: ['[/\\\\]node_modules[/\\\\](?!@observablehq[/\\\\]plot[/\\\\])'],
	// A busy machine takes long; nothing is said of speed by it.
	testTimeout: 180_000,
	// One worker less, which is jest's own choice, leaves half of a small machine idle.
	maxWorkers: '100%',
};
