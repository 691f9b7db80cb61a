// A worker of Vitest that lost it would carry on with its test, and with what that started.
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
