"""The streaming job: orders from Kafka to windows, alerts and dead letters, as a pipeline spec says."""
