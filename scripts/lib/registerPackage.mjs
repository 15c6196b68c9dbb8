/**
 * Run by Node 24 (for its SQLite): registers an installed community package and its nodes in n8n's
 * database, as n8n's own installer does.
 *
 *     node registerPackage.mjs <n8n folder> <package name>
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const [n8nFolder = '', packageName = ''] = process.argv.slice(2);
const packageDir = join(n8nFolder, 'nodes', 'node_modules', packageName);
/**
 * @type {{
 *   version: string,
 *   author: { name: string, email: string },
 *   n8n: { nodes: string[] },
 * }}
 */
const manifest = JSON.parse(readFileSync(join(packageDir, 'package.json'), 'utf8'));
const require = createRequire(join(packageDir, 'package.json'));

const nodes = manifest.n8n.nodes.map((path) => {
	// n8n's rule: the class has the name of the file up to its first period.
	const nodeClass = require(join(packageDir, path))[basename(path).split('.')[0] ?? ''];
	const { description, currentVersion } = new nodeClass();
	return {
		name: description.displayName,
		type: `${packageName}.${description.name}`,
		version: currentVersion ?? Math.max(...[description.version].flat()),
	};
});

const database = new DatabaseSync(join(n8nFolder, 'database.sqlite'));
database.exec('PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON; BEGIN');
database.prepare('DELETE FROM installed_nodes WHERE package = ?').run(packageName);
database
	.prepare(
		'INSERT OR REPLACE INTO installed_packages ' +
			'(packageName, installedVersion, authorName, authorEmail) VALUES (?, ?, ?, ?)',
	)
	.run(packageName, manifest.version, manifest.author.name, manifest.author.email);
for (const { name, type, version } of nodes) {
	database
		.prepare('INSERT INTO installed_nodes (name, type, latestVersion, package) VALUES (?, ?, ?, ?)')
		.run(name, type, version, packageName);
}
database.exec('COMMIT');
database.close();
