import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { refuseEndpoints } from '../../plugin/endpoints-taken.ts';
import { stageTemplate } from '../../plugin/resources/stage-template.ts';
import { AccountEndpoint, sessionIn } from './aws/account-endpoint.ts';
import { sampleStage, stages } from './resources/sample-stage.ts';

let account: AccountEndpoint;
beforeEach(async () => {
  account = new AccountEndpoint();
  await account.start();
});
afterEach(() => account.stop());

const { existing } = stages['bring-your-own'].network;
const inNetwork = (more: object) => ({
  network: { existing: { ...existing, cidr: '10.0.0.0/16', endpoints: 'create', ...more } },
});

const session = (config: unknown = {}) => sessionIn(account, sampleStage(config));
const look = (more: object) => refuseEndpoints(session(inNetwork(more)));
const sts = { id: 'vpce-1', service: 'com.amazonaws.eu-west-1.sts' };

describe('in an existing network, before a deploy, an endpoint', () => {
  test('that is not there yet may be made', async () => {
    await expect(look({})).resolves.toBeUndefined();
  });

  test('that is there already is refused, and the choice named', async () => {
    account.endpoints = [sts];
    await expect(look({})).rejects.toMatchObject({ code: 'ECOM_ENDPOINT_TAKEN' });
    await expect(look({})).rejects.toThrow('vpce-1 in vpc-0a1b2c3d');
    await expect(look({})).rejects.toThrow('`endpoints: { sts: present }`');
  });

  test('that is there is used where the configuration says so', async () => {
    account.endpoints = [sts];
    await expect(look({ endpoints: { sts: 'present' } })).resolves.toBeUndefined();
    const { Resources } = stageTemplate(sampleStage(inNetwork({ endpoints: { sts: 'present' } })));
    expect(Resources).not.toHaveProperty('EcomStsEndpoint');
    expect(Resources).toHaveProperty('EcomLambdaEndpoint');
  });

  test.each([
    ['has no private DNS', { ...sts, privateDns: false }],
    ['is going', { ...sts, state: 'deleting' }],
    ['is of another service', { ...sts, service: 'com.amazonaws.eu-west-1.sqs' }],
  ])('that %s is in nobody’s way', async (_, one) => {
    account.endpoints = [one];
    await expect(look({})).resolves.toBeUndefined();
  });

  test('that this stage has made is its own', async () => {
    account.endpoints = [sts];
    account.resources.set('EcomStsEndpoint', { name: 'vpce-1', status: 'CREATE_COMPLETE' });
    await expect(look({})).resolves.toBeUndefined();
  });

  test('of EMR 8 goes by its own form of name', async () => {
    account.endpoints = [{ id: 'vpce-2', service: 'aws.api.eu-west-1.emr-service-cell01' }];
    await expect(look({})).rejects.toThrow('`endpoints: { emrService: present }`');
  });

  test('of S3 that serves one of the route tables is refused', async () => {
    const gateway = { id: 'vpce-3', service: 'com.amazonaws.eu-west-1.s3', privateDns: false };
    account.endpoints = [{ ...gateway, routeTableIds: ['rtb-0a1b2c3d'] }];
    const refused = look({ routeTableIds: ['rtb-0a1b2c3d'] });
    await expect(refused).rejects.toMatchObject({ code: 'ECOM_ENDPOINT_TAKEN' });
    await expect(look({ routeTableIds: ['rtb-1a1b2c3d'] })).resolves.toBeUndefined();
  });

  test('is not looked for where the stage makes none', async () => {
    account.refusal = { status: 403, code: 'UnauthorizedOperation', message: 'no' };
    await expect(look({ endpoints: 'present' })).resolves.toBeUndefined();
    await expect(refuseEndpoints(session({}))).resolves.toBeUndefined();
  });
});
