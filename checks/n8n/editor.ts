/* global document, localStorage -- globals of the page, for the functions that run there */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { SetupError } from './output.mjs';

const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

/**
 * Requests that n8n's editor makes and that may fail, such as who is logged in before the login, or
 * a workflow it remembers that no longer exists.
 */
const EXPECTED_ERRORS = /\/rest\/login|\/signin|\/rest\/workflows\/\w+$/;

/** How long calls to n8n's server, and the frames after them, take until a panel is drawn. */
const PATIENCE_MS = 30_000;

/**
 * n8n's editor in headless Chromium (set `CHROMIUM` to use a program other than /usr/bin/chromium).
 */
export class Editor {
	/** Error messages in the browser's console since they were last taken. */
	#errors = [];

	/**
	 * Opens the editor and logs in.
	 *
	 * @param {string} url of n8n
	 * @param {{ email: string, password: string }} login
	 * @param {{ theme: 'light' | 'dark', viewport?: { width: number, height: number }, scale?: number }} look
	 */
	static async open(url, login, { theme, viewport = { width: 1600, height: 3000 }, scale = 1 }) {
		const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
		if (!existsSync(executablePath)) {
			throw new SetupError(
				`Chromium was not found at ${executablePath}. Set CHROMIUM to its path.`,
			);
		}
		const editor = new Editor();
		editor.url = url;
		editor.browser = await chromium.launch({ executablePath, args: FLAGS });
		const context = await editor.browser.newContext({
			viewport,
			deviceScaleFactor: scale,
			colorScheme: theme,
			reducedMotion: 'reduce',
		});
		await context.addInitScript((name) => {
			localStorage.setItem('N8N_THEME', name);
			// Hides a tip that would cover the output.
			localStorage.setItem('N8N_PIN_DATA_DISCOVERY_NDV', 'true');
		}, theme);
		editor.page = await context.newPage();
		editor.page.on('console', (message) => editor.#note(message));
		editor.page.on('pageerror', (error) => editor.#errors.push(error.message));
		await editor.#logIn(login);
		return editor;
	}

	async #logIn({ email, password }) {
		const { page, url } = this;
		await page.goto(`${url}/signin`);
		await page.fill('input[type=email]', email);
		await page.fill('input[type=password]', password);
		await page.click('[data-test-id=form-submit-button]');
		await page.waitForURL(/home|workflow/);
		await page.waitForLoadState('networkidle');
	}

	#note(message) {
		if (message.type() !== 'error' || EXPECTED_ERRORS.test(message.location().url)) return;
		this.#errors.push(`${message.text()} ${message.location().url}`.trim());
	}

	/** The errors in the browser's console since the last call. */
	takeErrors() {
		return this.#errors.splice(0);
	}

	/**
	 * Calls n8n's server as the editor does.
	 *
	 * @param {'GET' | 'POST' | 'PATCH' | 'DELETE'} method
	 * @param {string} path such as /rest/workflows
	 * @param {object} [body]
	 */
	async call(method, path, body) {
		const { status, text } = await this.page.evaluate(
			async ([verb, address, content]) => {
				const answer = await fetch(address, {
					method: verb,
					headers: {
						'content-type': 'application/json',
						'browser-id': localStorage.getItem('n8n-browserId') ?? '',
					},
					...(content && { body: content }),
				});
				return { status: answer.status, text: await answer.text() };
			},
			[method, path, body && JSON.stringify(body)],
		);
		if (status >= 400) throw new SetupError(`n8n answered ${status} to ${method} ${path}: ${text}`);
		return JSON.parse(text);
	}

	/**
	 * Creates a workflow and shows its canvas.
	 *
	 * @param {{ name: string, nodes: object[], connections?: object }} workflow
	 * @returns {Promise<string>} its ID
	 */
	async openNewWorkflow({ connections = {}, ...workflow }) {
		const { data } = await this.call('POST', '/rest/workflows', {
			settings: {},
			connections,
			...workflow,
		});
		await this.openWorkflow(data.id);
		return data.id;
	}

	/** @param {string} id */
	async openWorkflow(id) {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.waitForSelector('[data-test-id=canvas-node]', { timeout: PATIENCE_MS });
		await this.page.waitForLoadState('networkidle');
	}

	/** @param {string} id of a workflow that is no longer needed */
	async removeWorkflow(id) {
		await this.page.goto(`${this.url}/home/workflows`);
		await this.call('POST', `/rest/workflows/${id}/archive`, {});
		await this.call('DELETE', `/rest/workflows/${id}`);
	}

	/** Opens the panel of a node in the workflow on screen. */
	async openPanel(nodeName) {
		await this.closePanel();
		const node = `[data-node-name="${nodeName}"] [data-test-id^=canvas-][data-test-id$=-node]`;
		await this.page.locator(node).first().dispatchEvent('dblclick');
		await this.page.waitForSelector('[data-test-id=node-parameters]', { timeout: PATIENCE_MS });
		// Lists and expressions are drawn a moment later.
		await this.page.waitForTimeout(300);
	}

	async closePanel() {
		if (await this.page.locator('[data-test-id=ndv]').isVisible()) {
			await this.page.click('[data-test-id=ndv-close-button]');
			await this.page.waitForSelector('[data-test-id=ndv]', { state: 'hidden' });
		}
	}

	/**
	 * A node's parameters as the open panel shows them.
	 *
	 * @returns {Promise<{ fields: Array<{ path: string, label: string, described: boolean, isCut: boolean }>, texts: string[] }>}
	 *   fields by the path of their value; headings and notices, which have no value, as texts
	 */
	async readPanel() {
		return await this.page.evaluate(() => {
			const panel = document.querySelector('[data-test-id=node-parameters]');
			const isShown = (element) => element.getClientRects().length > 0;
			const fields = [...panel.querySelectorAll('[data-parameter-path]')]
				.filter(isShown)
				.map((input) => {
					const label = input.closest('[data-test-id=parameter-item], .parameter-item');
					const heading = label?.querySelector('.n8n-input-label');
					const title = heading?.querySelector('[class*=title]');
					return {
						isCut: title?.firstElementChild.scrollWidth > title?.clientWidth,
						path: input.dataset.parameterPath.replace(/^parameters\./, ''),
						label:
							heading?.textContent
								.trim()
								.replace(/(Fixed|Expression)+$/, '')
								.trim() ?? '',
						described: Boolean(heading?.querySelector('[class*=infoIcon]')),
					};
				});
			const texts = [...panel.querySelectorAll('.notice, .n8n-input-label')]
				.filter(isShown)
				.map((element) => element.textContent.trim());
			return { fields, texts };
		});
	}

	/** The pictures in the window that failed to load. */
	async brokenImages() {
		return await this.page.evaluate(() =>
			[...document.images]
				.filter((image) => image.complete && image.naturalWidth === 0)
				.map(({ src }) => src),
		);
	}

	/** Saves a picture of the middle of the open panel, down to the last parameter. */
	async shootPanel(file) {
		const box = await this.page.evaluate(() => {
			const panel = document.querySelector('[data-test-id=node-parameters]');
			const column = panel.getBoundingClientRect();
			const parts = [...panel.querySelectorAll('[data-test-id=parameter-item], button, .notice')];
			const bottom = Math.max(...parts.map((part) => part.getBoundingClientRect().bottom));
			return { left: column.left, width: column.width, bottom };
		});
		await this.page.screenshot({
			path: file,
			clip: { x: box.left, y: 25, width: box.width, height: box.bottom + 20 - 25 },
		});
	}

	async close() {
		await this.browser.close();
	}
}
