import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readJson } from './repository';
import { OutsideServices, Refusal, type OutsideRequest } from './templates/rig/outsideServices';

const HOST = 'registry.npmjs.org';
const ROOT = resolve(__dirname, '../..');

/** The parts of a package's manifest that the registry uses. */
export interface Manifest {
	readonly name: string;
	readonly version: string;
	readonly files: readonly string[];
}

/** registry.npmjs.org with only this package, for an n8n that reaches it through a proxy. */
export class PackageRegistry {
	readonly manifest = readJson<Manifest>('package.json');

	private readonly dir = mkdtempSync(join(tmpdir(), 'seller-feedback-registry-'));
	private readonly versions: Record<string, object> = {};
	private readonly tarballs: Record<string, Buffer> = {};
	private latest = '';
	private outside!: OutsideServices;

	static async open(): Promise<PackageRegistry> {
		const registry = new PackageRegistry();
		registry.outside = await OutsideServices.open({
			[HOST]: (request) => registry.answer(request),
		});
		return registry;
	}

	/** The environment for n8n; the npm it runs gets its own settings and cache. */
	get env(): Readonly<Record<string, string>> {
		return {
			...this.outside.env,
			npm_config_cafile: this.outside.env['NODE_EXTRA_CA_CERTS'] ?? '',
			npm_config_cache: join(this.dir, 'cache'),
			npm_config_userconfig: join(this.dir, 'npmrc'),
		};
	}

	/** Packs the current dist/ as this version, as `npm publish` does, and makes it the latest. */
	publish(version: string): void {
		const folder = join(this.dir, version);
		mkdirSync(folder);
		for (const path of [...this.manifest.files, 'README.md', 'LICENSE']) {
			cpSync(join(ROOT, path), join(folder, path), { recursive: true });
		}
		const manifest = { ...this.manifest, version };
		writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
		const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts'], {
			cwd: folder,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
			shell: process.platform === 'win32',
		});
		// npm 12 returns an object by package name, earlier versions return a list.
		const [packed] = Object.values(
			JSON.parse(output) as Record<string, { filename: string; integrity: string; shasum: string }>,
		);
		if (packed === undefined) throw new Error('npm packed nothing');
		const { filename, integrity, shasum } = packed;
		const path = `/${manifest.name}/-/${filename}`;
		this.tarballs[path] = readFileSync(join(folder, filename));
		const dist = { tarball: `https://${HOST}${path}`, integrity, shasum };
		this.versions[version] = { ...manifest, dist };
		this.latest = version;
	}

	close(): void {
		this.outside.close();
		rmSync(this.dir, { recursive: true, force: true });
	}

	private answer({ path }: OutsideRequest): object {
		const { versions, latest } = this;
		const { name } = this.manifest;
		const metadata = { name, 'dist-tags': { latest }, versions };
		const known: Record<string, object | undefined> = {
			...this.tarballs,
			[`/${name}`]: metadata,
			[`/${name}/latest`]: versions[latest],
		};
		return known[path] ?? new Refusal(404, { error: 'Not found' });
	}
}
