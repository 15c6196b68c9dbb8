/**
 * Lets jest, which loads CommonJS, import a library that is published only as ES modules, by
 * bundling it as the build does. jest.config.js uses it as the transform of the library's entry
 * file.
 */
const { createHash } = require('node:crypto');
const { buildSync, version } = require('esbuild');

module.exports = {
	getCacheKey: (/** @type {string} */ source, /** @type {string} */ path) =>
		createHash('sha256').update([version, path, source].join('\0')).digest('hex'),
	process(/** @type {string} */ _source, /** @type {string} */ path) {
		const { outputFiles } = buildSync({
			entryPoints: [path],
			bundle: true,
			platform: 'node',
			target: 'node20',
			format: 'cjs',
			write: false,
		});
		return { code: outputFiles[0]?.text ?? '' };
	},
};
