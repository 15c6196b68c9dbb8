import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runNode } from './script';

describe('the check before a release', () => {
	const dir = mkdtempSync(join(tmpdir(), 'release-'));
	afterAll(() => rmSync(dir, { recursive: true, force: true }));

	beforeAll(() => {
		mkdirSync(join(dir, 'scripts/lib'), { recursive: true });
		for (const file of ['check-release.mjs', 'lib/output.mjs', 'lib/paths.mjs']) {
			cpSync(join('scripts', file), join(dir, 'scripts', file));
		}
	});

	const check = async (tag: string, { version, locked = version, heading, ...own }: Repository) => {
		const url = 'git+https://github.com/seller/nodes.git';
		const manifest = { version, repository: { url }, author: { email: 'a@example.com' }, ...own };
		writeFileSync(join(dir, 'package.json'), JSON.stringify(manifest));
		writeFileSync(join(dir, 'package-lock.json'), JSON.stringify({ version: locked }));
		writeFileSync(join(dir, 'CHANGELOG.md'), `# Changelog\n\n${heading}\n\n### Added\n`);
		return await runNode([join(dir, 'scripts/check-release.mjs'), tag], {
			GITHUB_REPOSITORY: 'seller/nodes',
		});
	};

	it('passes if tag, package.json, lock and CHANGELOG have the same version', async () => {
		const repository = { version: '1.2.3', heading: '## [1.2.3] - 2026-12-01' };
		expect(await check('v1.2.3', repository)).toMatchObject({ code: 0 });
	});

	it.each<[string, string, Repository, RegExp]>([
		[
			'a tag of another version',
			'v1.2.4',
			{ version: '1.2.3', heading: '## [1.2.3] - 2026-12-01' },
			/tag is v1\.2\.4/,
		],
		[
			'a lock with an old version',
			'v1.2.3',
			{ version: '1.2.3', locked: '1.2.2', heading: '## [1.2.3] - 2026-12-01' },
			/package-lock\.json says 1\.2\.2/,
		],
		[
			'changes that are still under Unreleased',
			'v1.2.3',
			{ version: '1.2.3', heading: '## [Unreleased]' },
			/no section "## \[1\.2\.3\]/,
		],
		[
			'a section without a date',
			'v1.2.3',
			{ version: '1.2.3', heading: '## [1.2.3]' },
			/no section/,
		],
		[
			'a prerelease, which npm would refuse only after the approval',
			'v1.2.3-rc.1',
			{ version: '1.2.3-rc.1', heading: '## [1.2.3-rc.1] - 2026-12-01' },
			/1\.2\.3-rc\.1 is not a plain version/,
		],
		[
			'the name of another repository',
			'v1.2.3',
			{
				version: '1.2.3',
				heading: '## [1.2.3] - 2026-12-01',
				repository: { url: 'git+https://github.com/Seller/nodes.git' },
			},
			/names the repository .*Seller/,
		],
		[
			'a placeholder instead of the maintainer',
			'v1.2.3',
			{
				version: '1.2.3',
				heading: '## [1.2.3] - 2026-12-01',
				author: { email: 'maintainers@users.noreply.github.com' },
			},
			/author is a placeholder/,
		],
	])('refuses %s', async (_, tag, repository, message) => {
		const { code, output } = await check(tag, repository);
		expect(output).toMatch(message);
		expect(code).toBe(1);
	});
});

interface Repository {
	readonly version: string;
	readonly locked?: string;
	readonly heading: string;
	readonly repository?: object;
	readonly author?: object;
}
