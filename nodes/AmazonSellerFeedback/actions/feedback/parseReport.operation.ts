import {
	NodeOperationError,
	updateDisplayOptions,
	type IDataObject,
	type IExecuteFunctions,
	type INodeProperties,
} from 'n8n-workflow';
import { z } from 'zod';

import { optionsCollection, simplifyParameter } from '../../../shared/n8n/commonParameters';
import {
	hintAtUnreadable,
	readFeedbackReport,
	toItems,
	type ReadReport,
} from '../../../shared/n8n/feedbackReport';
import { knownMarketplace, marketplaceToChoose } from '../../../shared/n8n/marketplaceParameter';
import { locatorValue, readParameters } from '../../../shared/n8n/parameters';
import type { Steps } from '../../../shared/domain/steps';
import { inTurns } from '../../../shared/spapi/pause';
import { DocumentError, LARGEST_DOCUMENT } from '../../../shared/spapi/reportDocument';
import { reportOptions, reportOptionsSchema } from './common';

export const description: INodeProperties[] = updateDisplayOptions(
	{ show: { resource: ['feedback'], operation: ['parseReport'] } },
	[
		{
			displayName: 'Input Binary Field',
			name: 'binaryPropertyName',
			type: 'string',
			default: 'data',
			required: true,
			hint: 'The name of the input field that contains the report file',
			description:
				'A feedback report downloaded from Seller Central (Feedback Manager) or from the API, compressed with gzip or not',
		},
		marketplaceToChoose(
			'The marketplace of the report, which determines its date format, encoding and time zone',
		),
		simplifyParameter,
		optionsCollection(...reportOptions),
	],
);

const schema = z.object({
	binaryPropertyName: z.string().trim().min(1, 'Enter the name of the binary field'),
	marketplace: locatorValue,
	simplify: z.boolean(),
	options: reportOptionsSchema,
});

/** The feedback in a report file, in the order of the file. Needs no access to Amazon. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const { binaryPropertyName, options, ...wanted } = readParameters(
		this,
		itemIndex,
		schema,
		description,
	);
	const marketplace = knownMarketplace(this, wanted.marketplace ?? '', itemIndex);
	const file = this.helpers.assertBinaryData(itemIndex, binaryPropertyName);
	const { mimeType, fileName } = file;
	const isStored = file.id !== undefined;
	const body = isStored
		? await this.helpers.getBinaryDataBuffer(itemIndex, binaryPropertyName)
		: await inTurns(decodeBase64(file.data));
	const document = { body, contentType: mimeType };
	const report = await readFeedbackReport(document, marketplace, options.dateFormat).catch(
		(error: unknown) => {
			if (error instanceof DocumentError) return error;
			throw error;
		},
	);
	const problem = problemOf(report);
	if (report instanceof DocumentError || problem !== undefined) {
		throw new NodeOperationError(
			this.getNode(),
			`Could not read ${fileName ?? 'the file'}: it is not a feedback report`,
			{ itemIndex, description: problem },
		);
	}
	hintAtUnreadable(this, report);
	const choices = { simplify: wanted.simplify, ...options };
	return await inTurns(toItems(report, report.rows, marketplace, choices));
}

/** Characters of base64 that are decoded in a step. */
const BASE64_PER_STEP = 1024 * 1024;

/** What a decoder skips: line breaks of other nodes, and anything else. */
const NOT_BASE64 = /[^A-Za-z0-9+/_-]+/g;

/**
 * The file that n8n keeps in the item, in pieces that have at least a byte. n8n's own `getBinaryDataBuffer`
 * decodes it in one go, which blocks the event loop for 200 ms at 100 MB. The result is the same.
 */
function* decodeBase64(data: string): Steps<Uint8Array[]> {
	const pieces: Uint8Array[] = [];
	const padding = data.indexOf('=');
	const end = padding === -1 ? data.length : padding;
	let rest = '';
	for (let at = 0; at < end; at += BASE64_PER_STEP) {
		yield;
		const isLast = at + BASE64_PER_STEP >= end;
		const part = data.slice(at, Math.min(at + BASE64_PER_STEP, end));
		const text = rest + part.replace(NOT_BASE64, '');
		// Four characters are three bytes.
		const whole = isLast ? text.length : text.length - (text.length % 4);
		const bytes = Buffer.from(text.slice(0, whole), 'base64');
		if (bytes.length > 0) pieces.push(bytes);
		rest = text.slice(whole);
	}
	return pieces;
}

/** Why a file is not a feedback report; undefined if it is one, even without feedback. */
function problemOf(report: ReadReport | DocumentError): string | undefined {
	if (report instanceof DocumentError) {
		return report.problem === 'damaged'
			? 'Download it again: the gzip file is cut off or damaged.'
			: `Split it, or request fewer days: it has more than ${LARGEST_DOCUMENT / 1024 / 1024} MB uncompressed, or is compressed too much for a report.`;
	}
	if (report.rows.length > 0) return undefined;
	if (report.unreadableLines > 0) {
		const [first] = report.unreadable;
		return `Check the marketplace, which determines the date format. None of the ${report.unreadableLines} lines is a feedback entry; line ${first?.line}: ${first?.reason}.`;
	}
	return report.hasHeadings
		? undefined
		: 'Download it again: it has no feedback and no header line, which even an empty report has.';
}
