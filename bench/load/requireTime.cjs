/**
 * A process of its own: how long requiring the files takes, printed in milliseconds. n8n-workflow is
 * there before, as it is in n8n.
 */
const [, , ...files] = process.argv;
require('n8n-workflow');
const start = performance.now();
for (const file of files) require(file);
process.stdout.write(String(performance.now() - start));
process.exit();
