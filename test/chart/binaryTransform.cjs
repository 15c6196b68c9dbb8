/** Makes of a library's binary file what the build makes of it: its deflated bytes in base64. */
const { readFileSync } = require('node:fs');
const { deflateSync } = require('node:zlib');

module.exports = {
	process(/** @type {string} */ _source, /** @type {string} */ path) {
		const text = deflateSync(readFileSync(path)).toString('base64');
		return { code: `module.exports = { __esModule: true, default: '${text}' };` };
	},
};
