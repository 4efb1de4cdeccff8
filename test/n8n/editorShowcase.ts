import type { Check } from './check';
import { credentialsOf } from './playExample';
import type { Hands } from './editorHands';
import { chain, executeAndWait, flowscaleNode, manualNode, placed } from './flowscaleNode';
import { siblings } from './packages';
import { ok } from './platform';
import { readExamples } from './readExamples';
import type { Harness } from './stage';
import { startModel } from './startModel';
import { startReceiver } from './startReceiver';

const textToImage = '550e8400-e29b-41d4-a716-446655440000';
const comflowyWorkflow = '3fef208b-7d25-4d9a-8ec9-c79eb2153234';
const flowAiWorkflow = '1741675999864';

/** What a newcomer meets before and after the node: credential, installation, agent, next service. */
export const showcaseOnScreen = (harness: Harness, handsNow: () => Hands): Check[] => {
	const { rest, credential, server, addCredential, connections, n8n } = harness;
	const dialogBox = async (hands: Hands, selector: string) => {
		const { x, y, width, height } = await hands.boxOf(hands.page.locator(selector).last());
		return { x, y, width, height };
	};
	const isTwo = n8n.generation.name === 'n8n-2';

	const dialogs: Check[] = [
		{
			name: 'a credential that does not work says in the dialog what is wrong and what to do',
			run: async () => {
				const hands = handsNow();
				const wrong = await addCredential('Flowscale account', {
					baseUrl: harness.flowscale.baseUrl,
					authentication: 'apiKey',
					apiKey: 'wrong',
				});
				const look = async () => {
					await hands.resize([1280, 860]);
					await hands.page.goto(`${server.baseUrl}/home/credentials/${wrong.id}`);
					await hands.page.getByText('More details').first().click();
					await hands.page
						.getByText(/it does not accept this API key/)
						.first()
						.waitFor();
					await hands.picture('credential-error', await dialogBox(hands, '.el-dialog'));
				};
				// The editor gives a new node the newest credential: the wrong one must not stay, even
				// where this check fails.
				await look().finally(async () => await rest.removeCredential(wrong));
			},
		},
		{
			name: 'the credential dialog says where address and key are found, and that the test passed',
			run: async () => {
				const hands = handsNow();
				await hands.resize([1280, 860]);
				await hands.page.goto(`${server.baseUrl}/home/credentials/${credential.id}`);
				await hands.page.getByText('Project Settings > API Settings').first().waitFor();
				await hands.page.getByText(/Connection tested successfully/).waitFor();
				await hands.picture('credential', await dialogBox(hands, '.el-dialog'));
			},
		},
		{
			name: 'the dialog of Settings > Community Nodes takes the package by its name',
			run: async () => {
				const hands = handsNow();
				await hands.resize([1280, 800]);
				await hands.page.goto(`${server.baseUrl}/settings/community-nodes`);
				await hands.page
					.getByRole('button', { name: /^Install/ })
					.first()
					.click();
				const dialog = hands.page.locator('.el-dialog').last();
				await dialog.locator('input').first().fill('n8n-nodes-flowscale');
				await dialog.getByRole('checkbox').first().click();
				await hands.picture('community-install', await dialogBox(hands, '.el-dialog'));
			},
		},
	];

	const arrivals: Check[] = [
		{
			name: 'the file of a run arrives at the service of the next node',
			run: async () => {
				const hands = handsNow();
				const receiver = await startReceiver();
				const upload = {
					...placed(),
					name: 'Upload to Storage',
					type: 'n8n-nodes-base.httpRequest',
					typeVersion: 4.2,
					parameters: {
						method: 'POST',
						url: `${receiver.baseUrl}/pictures`,
						sendBody: true,
						contentType: 'multipart-form-data',
						bodyParameters: {
							parameters: [
								{ parameterType: 'formBinaryData', name: 'file', inputDataFieldName: 'data' },
							],
						},
						options: {},
					},
				};
				const node = flowscaleNode(
					credential,
					executeAndWait(textToImage, { text_51536: 'a lighthouse at dusk' }),
				);
				const { id } = await rest.createWorkflow(chain('upload', manualNode(), node, upload));
				await hands.openWorkflow(id, [1440, 1000]);
				await hands.page.locator('[data-test-id^="execute-workflow-button"]').last().click();
				await hands.part('canvas-node-status-success').nth(1).waitFor();
				await hands.openNode(upload.name);
				await hands.output.getByText('png', { exact: true }).first().waitFor();
				await hands.picture('file-at-next-service', await dialogBox(hands, '[data-test-id="ndv"]'));
				receiver.close();
			},
		},
		{
			name: 'an agent answers in the chat with the picture that its tool made',
			run: async () => {
				const hands = handsNow();
				const link = (text: string) => /https?:[^"\\\s]+/.exec(text)?.[0] ?? 'no link';
				const model = await startModel(
					{ prompt: 'a lake between hills' },
					(answer) => `Here is your lake between hills: ${link(answer).split('?')[0]}`,
				);
				const openAi = await rest.createCredential('Model', 'openAiApi', {
					apiKey: 'unused',
					url: model.baseUrl,
				});
				const example = (await readExamples(credentialsOf(harness))).get('ai-agent-tool');
				ok(example, 'the example is gone');
				const nodes = example.nodes.map((one) =>
					one.type.endsWith('lmChatOpenAi') ? { ...one, credentials: { openAiApi: openAi } } : one,
				);
				const { id } = await rest.createWorkflow({ ...example, nodes });
				await hands.openWorkflow(id, [1280, 860]);
				await hands.part('workflow-chat-button').last().click();
				await hands.page
					.getByPlaceholder(/^Type (a )?message/)
					.fill('Draw me a lake between hills');
				await hands.page.keyboard.press('Enter');
				await hands.page.getByText('Here is your lake between hills').first().waitFor();
				await hands.picture('agent-chat');
				model.close();
			},
		},
	];

	const pictureOf = async (name: string, parameters: Record<string, unknown>) => {
		const [from] = siblings.filter((one) => one.name === name);
		const { credential: account } = connections.find((one) => one.from.name === name) ?? {};
		ok(account, `${name} is not installed`);
		const node = {
			...placed(),
			name: from.title,
			type: `${name}.${from.nodes[0].name}`,
			typeVersion: 1,
			parameters,
			credentials: { [from.credentialType]: account },
		};
		const { id } = await rest.createWorkflow(chain(from.title, manualNode(), node));
		const hands = handsNow();
		await hands.openWorkflow(id, [1280, 800]);
		await hands.openNode(from.title);
		await hands.widenOutput();
		await hands.executeStep();
		return { hands, from };
	};
	const ofSiblings: Check[] = [
		{
			name: 'Comflowy: the form beside the picture that it made',
			run: async () => {
				const { hands, from } = await pictureOf('n8n-nodes-comflowy', {
					resource: 'workflow',
					operation: 'executeAndWait',
					workflowId: comflowyWorkflow,
					params: { param: [{ name: '6::text', type: 'text', value: 'sunset over misty hills' }] },
				});
				await hands.output.getByTestId('ndv-binary-data_0').waitFor();
				await hands.output.getByTestId('ndv-view-binary-data').click();
				await hands.seePicture();
				await hands.siblingPicture(from.folder, 'comflowy');
			},
		},
		{
			name: 'FlowAI: the form beside the answer',
			run: async () => {
				const { hands, from } = await pictureOf('n8n-nodes-flowai', {
					resource: 'workflow',
					operation: 'execute',
					workflowId: flowAiWorkflow,
					inputs: { input: [{ name: 'input', type: 'text', value: 'What is a depth map?' }] },
				});
				await hands.output.getByText('output').first().waitFor();
				await hands.siblingPicture(from.folder, 'flowai');
			},
		},
	];
	return isTwo ? [...dialogs, ...arrivals, ...ofSiblings] : dialogs.slice(0, 2);
};
