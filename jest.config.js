const swc = { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } };

/** @type {import('jest').Config} */
module.exports = {
	rootDir: '.',
	roots: ['<rootDir>/test'],
	testMatch: ['**/*.test.ts'],
	// The end-to-end tests need a real n8n; `scripts/test.mjs` prepares one.
	// Tests that take minutes have their own command (`npm run check -- requests`).
	testPathIgnorePatterns: [
		'/node_modules/',
		process.env.E2E ? '$^' : '<rootDir>/test/e2e/',
		'<rootDir>/test/long/',
	],
	modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.runtime/'],
	setupFiles: ['<rootDir>/test/setup.ts'],
	transform: {
		// Published only as ES modules, which jest does not load.
		'[/\\\\]@observablehq[/\\\\]plot[/\\\\]src[/\\\\]index\\.js$':
			'<rootDir>/test/chart/bundleTransform.cjs',
		'\\.(ttf|wasm)$': '<rootDir>/test/chart/binaryTransform.cjs',
		'^.+\\.ts$': ['@swc/jest', swc],
		// ES modules, which jest does not load.
		'[/\\\\]scripts[/\\\\].+\\.mjs$': ['@swc/jest', { ...swc, module: { type: 'commonjs' } }],
	},
	transformIgnorePatterns: [
		'[/\\\\]node_modules[/\\\\](?!@observablehq[/\\\\]plot[/\\\\]|.+\\.(ttf|wasm)$)',
	],
	// Tests take long on a busy machine; this is no measure of speed.
	testTimeout: 600_000,
	testEnvironment: '<rootDir>/test/environment.cjs',
	testSequencer: '<rootDir>/test/longestFirst.cjs',
	// The default of jest, one worker fewer, leaves half of a small machine idle.
	maxWorkers: '100%',
};
