import { expect, test } from 'vitest';
import { propertiesText, serverProperties } from '../../../machine/kafka/broker-settings.ts';
import { freePorts } from '../../../machine/kafka/ports.ts';

const bare = { dataFolder: 'data', extraListeners: [], extraProperties: {} };

test('a broker listens on 127.0.0.1 alone', () => {
  const properties = serverProperties({
    ...bare,
    ports: { PLAIN: 1, CONTROLLER: 2, TOKEN: 3 },
    extraListeners: [{ name: 'TOKEN', protocol: 'SASL_SSL' }],
  });

  expect(properties.listeners).toBe('PLAIN://127.0.0.1:1,CONTROLLER://127.0.0.1:2,TOKEN://127.0.0.1:3');
  expect(properties['advertised.listeners']).toBe('PLAIN://127.0.0.1:1,TOKEN://127.0.0.1:3');
});

test('the settings of a listener carry its name, and given settings win', () => {
  const properties = serverProperties({
    ...bare,
    ports: { PLAIN: 1, CONTROLLER: 2, TOKEN: 3 },
    extraListeners: [{ name: 'TOKEN', protocol: 'SASL_SSL', properties: { 'ssl.keystore.type': 'PKCS12' } }],
    extraProperties: { 'offsets.topic.num.partitions': '50' },
  });

  expect(properties['listener.name.token.ssl.keystore.type']).toBe('PKCS12');
  expect(properties['offsets.topic.num.partitions']).toBe('50');
});

test('the path of a Windows folder survives the properties file', () => {
  expect(propertiesText({ 'log.dirs': 'C:\\data\\new' })).toBe('log.dirs=C:\\\\data\\\\new\n');
});

test('a folder of any script survives the properties file, which Java reads as Latin-1', () => {
  expect(propertiesText({ 'log.dirs': '/shop é 店' })).toBe('log.dirs=/shop \\u00e9 \\u5e97\n');
});

test('free ports are all different', async () => {
  const ports = await freePorts(20);

  expect(new Set(ports).size).toBe(20);
});
