import {
	NodeConnectionTypes,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type IPollFunctions,
} from 'n8n-workflow';

import { searchSellers } from '../shared/n8n/lists';
import { properties } from './description';

export class AmazonSellerFeedbackTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Amazon Seller Feedback Trigger',
		name: 'amazonSellerFeedbackTrigger',
		icon: {
			light: 'file:../../icons/amazonSellerFeedback.svg',
			dark: 'file:../../icons/amazonSellerFeedback.dark.svg',
		},
		group: ['trigger'],
		version: 1,
		subtitle:
			'={{ $parameter["events"].length === 1 ? $parameter["events"][0].replace(/[A-Z]/g, (capital) => " " + capital.toLowerCase()) : $parameter["events"].length + " events" }}',
		description:
			'Starts the workflow when Amazon seller feedback is posted, changed or removed, the rating or order defect rate crosses a threshold, or the account status changes. The actions fetch feedback and account health.',
		defaults: { name: 'Amazon Seller Feedback Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'amazonSellingPartnerApi', required: true }],
		hints: [
			{
				message:
					"Leave 'Poll Times' at every minute: most polls only check whether Amazon has finished a report. The options set how often a new one is requested.",
				type: 'info',
				location: 'outputPane',
				whenToDisplay: 'beforeExecution',
			},
		],
		builderHint: {
			searchHint:
				'Polls Amazon for seller feedback of 1 to 3 stars (no report includes positive feedback), rating thresholds, order defect rate and account status. Each item is sent once; if n8n is killed between saving the state and starting the workflow, an item can be sent twice, with the same eventId. To avoid duplicates, add a Remove Duplicates node (operation: remove items processed in previous executions, value: the eventId field) right after the trigger.',
			relatedNodes: [
				{
					nodeType: 'n8n-nodes-base.removeDuplicates',
					relationHint: 'Drops an item whose eventId was seen in an earlier execution',
				},
				{
					nodeType: 'n8n-nodes-amazon-seller-feedback.amazonSellerRating',
					relationHint: 'Evaluates the rating in all windows when an item arrives',
				},
			],
		},
		properties,
	};

	methods = { listSearch: { searchSellers } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		const { pollOrTest } = await import('./pollOrTest');
		return await pollOrTest(this);
	}
}
