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
			hint: 'The name of the input field that holds the report file',
			description:
				'A feedback report downloaded from Seller Central (Feedback Manager) or from the API, packed by gzip or not',
		},
		marketplaceToChoose(
			'The marketplace the report was made in, which decides its date format, encoding and calendar',
		),
		simplifyParameter,
		optionsCollection(...reportOptions),
	],
);

const schema = z.object({
	binaryPropertyName: z.string().trim().min(1, 'Name the binary field'),
	marketplace: locatorValue,
	simplify: z.boolean(),
	options: reportOptionsSchema,
});

/** The feedback in a report file, in the file's order. Needs no access to Amazon. */
export async function execute(this: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const { binaryPropertyName, options, ...wanted } = readParameters(
		this,
		itemIndex,
		schema,
		description,
	);
	const marketplace = knownMarketplace(this, wanted.marketplace ?? '', itemIndex);
	const { mimeType, fileName } = this.helpers.assertBinaryData(itemIndex, binaryPropertyName);
	const document = {
		body: await this.helpers.getBinaryDataBuffer(itemIndex, binaryPropertyName),
		contentType: mimeType,
	};
	const report = await readFeedbackReport(document, marketplace, options.dateFormat).catch(
		(error: unknown) => {
			if (error instanceof DocumentError) return error;
			throw error;
		},
	);
	const reasonAgainst = whyNot(report);
	if (report instanceof DocumentError || reasonAgainst !== undefined) {
		throw new NodeOperationError(
			this.getNode(),
			`The file ${fileName ?? ''} is not a feedback report that can be read`,
			{ itemIndex, description: reasonAgainst },
		);
	}
	hintAtUnreadable(this, report);
	return toItems(report, report.rows, marketplace, { simplify: wanted.simplify, ...options });
}

/** Why a file is no feedback report; undefined where it is one, though perhaps without feedback. */
function whyNot(report: ReadReport | DocumentError): string | undefined {
	if (report instanceof DocumentError) {
		return report.problem === 'damaged'
			? 'It is packed by gzip, but cut off or damaged. Download it again.'
			: `It is over ${LARGEST_DOCUMENT / 1024 / 1024} MB unpacked, or packed more tightly than a report can be. Split it, or ask for fewer days.`;
	}
	if (report.rows.length > 0) return undefined;
	if (report.unreadableLines > 0) {
		const [first] = report.unreadable;
		return `Of its ${report.unreadableLines} lines none holds a feedback; line ${first?.line}: ${first?.reason}. Check the marketplace, which decides the date format.`;
	}
	return report.hasHeadings
		? undefined
		: 'It holds no feedback, nor the line of headings that even a report without feedback has. Download it again.';
}
