import type { ErrorEntries } from './error-entry.ts';

export const machine = {
  ECOM_BROKER_START: {
    means: 'The Kafka broker on your machine did not start. The message quotes the end of its log.',
    causes: [
      'too little memory: a broker needs about 400 MB',
      'a temporary folder that cannot be written or is full',
      'a security program that stops it from listening',
    ],
    fix: 'Read the log that the message names, fix what it says, and run the command again.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_CLOUD_BROKEN: {
    means: 'A part of the local cloud ended, and with it the local cloud.',
    causes: ['too little memory for Kafka, Spark and the rest', 'somebody ended the process'],
    fix: 'Its log in the folder that the message names says why. Start it again with `npm run cloud`, and deploy again: nothing in it is kept.',
    see: 'running-locally.md#try-a-stage-without-aws',
  },
  ECOM_CLOUD_MISSING: {
    means: 'The stage `local` needs the local cloud, which is not running.',
    causes: [
      '`npm run cloud` was not started, or has ended',
      'it was started in another project',
      '`AWS_ENDPOINT_URL` names an address of this machine where nothing answers',
    ],
    fix: 'Start it in another terminal with `npm run cloud`, and leave it running.',
    see: 'running-locally.md#try-a-stage-without-aws',
  },
  ECOM_CLOUD_RELEASE: {
    means:
      'The local cloud has one version of Spark, and the stage asks for an EMR release with another one.',
    causes: ['`emr.create.release` of the stage `local` was changed'],
    fix: 'Use the release that the message names for the stage `local`. Other versions of Spark run with `npm start -- --engine spark --spark 3.5`.',
    see: 'running-locally.md#try-a-stage-without-aws',
  },
  ECOM_CLOUD_RUNNING: {
    means: 'A local cloud of this project is already running.',
    causes: ['another terminal, or a task of VS Code, has started it'],
    fix: 'Use the one that runs, or end it with Ctrl-C in its terminal.',
    see: 'running-locally.md#try-a-stage-without-aws',
  },
  ECOM_CLOUD_START: {
    means: 'The part of the local cloud that answers as AWS did not start.',
    causes: ['a damaged Python environment in the cache', 'a security program that stops it from listening'],
    fix: 'Read the log that the message names, fix what it says, and run the command again.',
    see: 'running-locally.md#try-a-stage-without-aws',
  },
  ECOM_CUSTOMERS_MANY: {
    means: 'The run has more customers than the memory that Node may use has room for.',
    causes: ['a very large export', 'a column that is different in every row mapped to `customer_id`'],
    fix: 'Allow more memory, for example with `NODE_OPTIONS=--max-old-space-size=16000` (in MB), or replay the orders in parts.',
  },
  ECOM_FILE_DENIED: {
    means: 'A file or folder, other than the output folder, cannot be read or written.',
    causes: [
      'missing permissions on the file',
      'a folder where a file belongs, or the other way round',
      'a temporary folder that cannot be written',
    ],
    fix: 'Check that the file exists and its permissions. `TMPDIR` (`TEMP` on Windows) names another temporary folder.',
  },
  ECOM_JAR_DOWNLOAD: {
    means: 'The repository refused to send a jar, or the download broke off.',
    causes: ['a mirror that does not have the jar', 'a proxy that blocks it', 'an unstable connection'],
    fix: 'Run the command again. Where the repository refuses, set `ECOM_MAVEN_REPOSITORY` to the base URL of one that has the jar.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_JAR_HASH: {
    means: 'A downloaded jar is not the one whose SHA-256 is locked. It was removed and not used.',
    causes: [
      'a proxy or mirror that alters files or answers with a page of its own',
      'a download that broke off',
    ],
    fix: 'Run the command again. If it stays so, use another network, or another mirror with `ECOM_MAVEN_REPOSITORY`.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_JAR_LOCK: {
    means: 'The list of locked jars is missing, damaged or incomplete.',
    causes: [
      'an incomplete installation of ecom-analytics',
      'in the kit itself, a list that was not written again after a change of versions',
    ],
    fix: 'Install the project’s dependencies again. In the kit itself, run `npm run lock-jars`.',
  },
  ECOM_JAVA_MISSING: {
    means: 'Kafka and Spark need Java 17 or later, and none was found.',
    causes: [
      'no Java is installed',
      '`JAVA_HOME` names a folder without Java',
      'a terminal that was opened before Java was installed',
    ],
    fix: 'Install Java 17 or 21, or let `JAVA_HOME` name it. `npm start` without `--engine spark` needs no Java.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_OFFLINE: {
    means: 'A jar must be downloaded, and the repository does not answer.',
    causes: ['no network', 'a firewall or proxy in between'],
    fix: 'Check the network, or set `ECOM_MAVEN_REPOSITORY` to the URL of a mirror. Jars are downloaded once and then kept.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_OUT_BUSY: {
    means: 'Another run is writing to the output folder.',
    causes: ['`npm start` in another terminal', 'a run that was suspended rather than ended'],
    fix: 'Stop that run (the message has its process id), or name another folder with `--out`.',
    see: 'running-locally.md',
  },
  ECOM_OUT_FOREIGN: {
    means: 'The output folder holds files that have the names of a run’s but were not written by one.',
    causes: ['a folder of your own that is named `data`', 'results that were copied there in part'],
    fix: 'Move the files away, or name another folder with `--out`.',
    see: 'running-locally.md',
  },
  ECOM_OUT_NOT_A_FOLDER: {
    means: 'The path of `--out` is a file, or leads through one.',
    causes: ['a typing error', 'a file of that name'],
    fix: 'Name a folder. It is created if it does not exist.',
  },
  ECOM_OUT_NOT_WRITABLE: {
    means: 'The output folder cannot be written.',
    causes: ['missing permissions, or a read-only disk', 'a full disk'],
    fix: 'Change the permissions, free some space, or name another folder with `--out`.',
  },
  ECOM_PYSPARK_INSTALL: {
    means: 'PySpark could not be installed, or does not load.',
    causes: [
      'no connection to the Python package index',
      'too little disk space: PySpark takes about 500 MB',
      'a damaged installation in the cache',
    ],
    fix: 'The output above the message says why. Fix that and run the command again; if it stays, remove the folder that the message names.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_PYTHON_INSTALL: {
    means: 'A Python package that the command needs could not be installed.',
    causes: ['no connection to the Python package index', 'a full disk'],
    fix: 'Check the network and the disk, then run the command again; it starts over.',
  },
  ECOM_PYTHON_MISSING: {
    means: 'Spark and the local cloud need Python 3.10 or later with `venv`, and none was found.',
    causes: [
      'no Python is installed, or only an older one',
      'on Debian and Ubuntu, the package `python3-venv` is missing',
      '`ECOM_PYTHON` names something else',
    ],
    fix: 'Install Python 3.10 or later with `venv`, or let `ECOM_PYTHON` name one.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_SPARK_FAILED: {
    means: 'Spark or the streaming job on your machine ended. The message quotes the end of its log.',
    causes: [
      'too little memory: the job takes about 1.5 GB',
      'a setting that Spark does not take',
      'somebody ended the process',
    ],
    fix: 'Read the log that the message names. If it says nothing, free some memory and run again.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_SPARK_PLATFORM: {
    means: 'Spark cannot write files on Windows without programs that are not part of it.',
    causes: ['`--engine spark` on Windows'],
    fix: 'Run it in WSL 2, or leave out `--engine`: the default engine computes the same and runs everywhere.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_SPARK_SILENT: {
    means: 'The streaming job on your machine was started and has not given a sign of life for two minutes.',
    causes: ['another program that uses the whole machine', 'too little memory, so that the machine swaps'],
    fix: 'Read the log that the message names, free some memory, and run again.',
    see: 'running-locally.md#real-kafka-and-real-spark',
  },
  ECOM_TEMP_FULL: {
    means: 'The disk of the temporary folder is full.',
    causes: ['a small disk for `/tmp`', 'a large replay, which is sorted there'],
    fix: 'Free some space, or let `TMPDIR` (`TEMP` on Windows) name a folder with more.',
  },
} satisfies ErrorEntries;
