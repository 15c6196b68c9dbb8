import { existsSync } from 'node:fs';
import {
	chromium,
	type Browser,
	type ConsoleMessage,
	type Locator,
	type Page,
} from 'playwright-core';
import type { INode, IWorkflowBase } from 'n8n-workflow';
import { atEnd } from '../lib/atEnd';
import { CHROMIUM, CHROMIUM_FLAGS } from '../lib/chromium';
import { SetupError } from '../../scripts/lib/output.mjs';

/**
 * Requests that n8n's editor makes and that may fail, such as who is logged in before the login, or
 * a workflow it remembers that no longer exists.
 */
const EXPECTED_ERRORS = /\/rest\/login|\/signin|\/rest\/workflows\/\w+$/;

/** The maximum wait until a panel is drawn, after calls to n8n's server and some frames. */
const PATIENCE_MS = 120_000;

export type Theme = 'light' | 'dark';

/** A part of the window. */
export interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** @throws Error if it is not visible */
export async function boxOf(part: Locator): Promise<Box> {
	const box = await part.boundingBox();
	if (!box) throw new Error('A part of the page is not visible');
	return box;
}

/** How the editor looks. */
interface Look {
	readonly theme: Theme;
	readonly viewport?: { readonly width: number; readonly height: number };
	readonly scale?: number;
}

/** A workflow to show. */
type ShownWorkflow = Pick<IWorkflowBase, 'name'> &
	Partial<Pick<IWorkflowBase, 'connections' | 'settings'>> & { readonly nodes: readonly INode[] };

/** A field of a panel, by the path of its value. */
export interface Field {
	readonly path: string;
	readonly label: string;
	readonly described: boolean;
	/** Whether the label does not fit. */
	readonly isCut?: boolean;
}

/** What a panel shows: fields; headings and notices, which have no value, as texts. */
export interface Panel {
	readonly fields: readonly Field[];
	readonly texts: readonly string[];
}

/**
 * n8n's editor in headless Chromium (set `CHROMIUM` to use a program other than /usr/bin/chromium).
 */
export class Editor {
	/** Error messages in the browser's console since they were last taken. */
	readonly #errors: string[] = [];

	private constructor(
		readonly url: string,
		private readonly browser: Browser,
		readonly page: Page,
	) {}

	/**
	 * Opens the editor and logs in.
	 *
	 * @param url of n8n
	 */
	static async open(
		url: string,
		login: { readonly email: string; readonly password: string },
		{ theme, viewport = { width: 1600, height: 3000 }, scale = 1 }: Look,
	): Promise<Editor> {
		if (!existsSync(CHROMIUM)) {
			throw new SetupError(`Chromium was not found at ${CHROMIUM}. Set CHROMIUM to its path.`);
		}
		// On a signal, the check itself closes the browser.
		const signals = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false };
		const browser = await chromium.launch({
			executablePath: CHROMIUM,
			args: CHROMIUM_FLAGS,
			...signals,
		});
		atEnd(async () => await browser.close());
		const context = await browser.newContext({
			viewport,
			deviceScaleFactor: scale,
			colorScheme: theme,
			reducedMotion: 'reduce',
		});
		// The functions that run in the page are compiled code, which uses this helper.
		await context.addInitScript({ content: 'globalThis.__name ??= (value) => value;' });
		await context.addInitScript((name) => {
			localStorage.setItem('N8N_THEME', name);
			// Hides a tip that would cover the output.
			localStorage.setItem('N8N_PIN_DATA_DISCOVERY_NDV', 'true');
		}, theme);
		const editor = new Editor(url, browser, await context.newPage());
		editor.page.on('console', (message) => editor.#note(message));
		editor.page.on('pageerror', (error) => editor.#errors.push(error.message));
		await editor.#logIn(login);
		return editor;
	}

	async #logIn({
		email,
		password,
	}: {
		readonly email: string;
		readonly password: string;
	}): Promise<void> {
		const { page, url } = this;
		await page.goto(`${url}/signin`);
		await page.fill('input[type=email]', email);
		await page.fill('input[type=password]', password);
		await page.click('[data-test-id=form-submit-button]');
		await page.waitForURL(/home|workflow/);
		await page.waitForLoadState('networkidle');
	}

	#note(message: ConsoleMessage): void {
		if (message.type() !== 'error' || EXPECTED_ERRORS.test(message.location().url)) return;
		this.#errors.push(`${message.text()} ${message.location().url}`.trim());
	}

	/** The errors in the browser's console since the last call. */
	takeErrors(): string[] {
		return this.#errors.splice(0);
	}

	/**
	 * Calls n8n's server as the editor does.
	 *
	 * @param path such as /rest/workflows
	 */
	async call<T>(
		method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
		path: string,
		body?: object,
	): Promise<T> {
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
			[method, path, body ? JSON.stringify(body) : undefined] as const,
		);
		if (status >= 400) throw new SetupError(`n8n answered ${status} to ${method} ${path}: ${text}`);
		return JSON.parse(text) as T;
	}

	/** Creates a workflow, shows its canvas and returns its ID. */
	async openNewWorkflow({ connections = {}, ...workflow }: ShownWorkflow): Promise<string> {
		const { data } = await this.call<{ data: { id: string } }>('POST', '/rest/workflows', {
			settings: {},
			connections,
			...workflow,
		});
		await this.openWorkflow(data.id);
		return data.id;
	}

	async openWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/workflow/${id}`);
		await this.page.waitForSelector('[data-test-id=canvas-node]', { timeout: PATIENCE_MS });
		await this.page.waitForLoadState('networkidle');
	}

	async removeWorkflow(id: string): Promise<void> {
		await this.page.goto(`${this.url}/home/workflows`);
		await this.call('POST', `/rest/workflows/${id}/archive`, {});
		await this.call('DELETE', `/rest/workflows/${id}`);
	}

	/** Opens the panel of a node in the workflow on screen. */
	async openPanel(nodeName: string): Promise<void> {
		await this.closePanel();
		const node = `[data-node-name="${nodeName}"] [data-test-id^=canvas-][data-test-id$=-node]`;
		await this.page.locator(node).first().dispatchEvent('dblclick');
		await this.page.waitForSelector('[data-test-id=node-parameters]', { timeout: PATIENCE_MS });
		// Lists and expressions are drawn a moment later.
		await this.page.waitForTimeout(300);
	}

	async closePanel(): Promise<void> {
		if (await this.page.locator('[data-test-id=ndv]').isVisible()) {
			await this.page.click('[data-test-id=ndv-close-button]');
			await this.page.waitForSelector('[data-test-id=ndv]', { state: 'hidden' });
		}
	}

	/** A node's parameters as the open panel shows them. */
	async readPanel(): Promise<Panel> {
		return await this.page.evaluate(() => {
			const panel = document.querySelector('[data-test-id=node-parameters]');
			const isShown = (element: Element) => element.getClientRects().length > 0;
			const textOf = (element: Element | null | undefined) => element?.textContent?.trim() ?? '';
			const inputs = panel?.querySelectorAll<HTMLElement>('[data-parameter-path]') ?? [];
			const fields = [...inputs].filter(isShown).map((input) => {
				const label = input.closest('[data-test-id=parameter-item], .parameter-item');
				const heading = label?.querySelector('.n8n-input-label');
				const title = heading?.querySelector('[class*=title]');
				const width = title?.firstElementChild?.scrollWidth ?? 0;
				return {
					isCut: title ? width > title.clientWidth : false,
					path: (input.dataset['parameterPath'] ?? '').replace(/^parameters\./, ''),
					label: textOf(heading)
						.replace(/(Fixed|Expression)+$/, '')
						.trim(),
					described: Boolean(heading?.querySelector('[class*=infoIcon]')),
				};
			});
			const texts = [...(panel?.querySelectorAll('.notice, .n8n-input-label') ?? [])]
				.filter(isShown)
				.map(textOf);
			return { fields, texts };
		});
	}

	/** The second lines of nodes on the canvas that do not fit below their node. */
	async cutSubtitles(): Promise<string[]> {
		return await this.#cutTexts('[data-test-id=canvas-node] [class*=subtitle]');
	}

	/** The ways to choose a value, such as from a list, that do not fit before their field. */
	async cutModes(): Promise<string[]> {
		return await this.#cutTexts('[data-test-id=rlc-mode-selector] input');
	}

	async #cutTexts(where: string): Promise<string[]> {
		return await this.page.evaluate(
			(selector) =>
				[...document.querySelectorAll(selector)]
					.filter((element) => element.scrollWidth > element.clientWidth)
					.map((element) =>
						element instanceof HTMLInputElement ? element.value : (element.textContent ?? ''),
					),
			where,
		);
	}

	/** The pictures in the window that failed to load. */
	async brokenImages(): Promise<string[]> {
		return await this.page.evaluate(() =>
			[...document.images]
				.filter((image) => image.complete && image.naturalWidth === 0)
				.map(({ src }) => src),
		);
	}

	/** Saves a picture of the middle of the open panel, down to the last parameter. */
	async shootPanel(file: string): Promise<void> {
		const box = await this.page.evaluate(() => {
			const panel = document.querySelector('[data-test-id=node-parameters]');
			if (!panel) throw new Error('No panel is open');
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

	async close(): Promise<void> {
		await this.browser.close();
	}
}
