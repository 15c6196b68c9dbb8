/* global document, localStorage -- of the page, for the functions that run there */
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
 * What n8n's editor asks for without being at fault, such as who is logged in before the log-in, or a
 * workflow it remembers that is gone.
 */
const EXPECTED_ERRORS = /\/rest\/login|\/signin|\/rest\/workflows\/\w+$/;

/** Calls to n8n's server and the frames after them, within which a panel is drawn. */
const PATIENCE_MS = 30_000;

/** n8n's editor in headless Chromium (`CHROMIUM` names the program, /usr/bin/chromium otherwise). */
export class Editor {
	/** Messages on the browser's console that are errors, since the last time they were taken. */
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
			throw new SetupError(`There is no Chromium at ${executablePath}; name yours by CHROMIUM.`);
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
			// A tip that would lie over the output.
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

	/** The errors on the browser's console since the last call. */
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
	 * Makes a workflow and shows its canvas.
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

	/** Opens the panel of a node of the workflow that is shown. */
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
	 * What the open panel shows of a node's parameters.
	 *
	 * @returns {Promise<{ fields: Array<{ path: string, label: string, described: boolean, isCut: boolean }>, texts: string[] }>}
	 *   a field by the path of its value; headings and notices, which have none, as texts
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

	/** The pictures in the window that did not load. */
	async brokenImages() {
		return await this.page.evaluate(() =>
			[...document.images]
				.filter((image) => image.complete && image.naturalWidth === 0)
				.map(({ src }) => src),
		);
	}

	/** Writes a picture of the middle of the open panel, as far down as there are parameters. */
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
