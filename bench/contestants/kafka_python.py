"""kafka-python 3 as its documentation shows it: one `send` an order, acks=all.

Arguments: brokers, topic, `batched` (one flush at the end) or `awaited` (each send is waited for), file of orders.
"""

import sys
import time

from kafka import KafkaProducer

WARM_UP = 1000


def main() -> None:
    brokers, topic, mode, path = sys.argv[1:]
    with open(path, "rb") as file:
        orders = [line.rstrip(b"\n").split(b"\t", 1) for line in file]
    producer = KafkaProducer(bootstrap_servers=brokers, acks="all")

    def send(records: list[list[bytes]]) -> None:
        for key, value in records:
            future = producer.send(topic, key=key, value=value)
            if mode == "awaited":
                future.get(timeout=30)
        producer.flush()

    send(orders[:WARM_UP])
    measured = orders[WARM_UP:]
    started = time.perf_counter()
    send(measured)
    elapsed = time.perf_counter() - started
    producer.close()
    print(elapsed * 1000)


if __name__ == "__main__":
    main()
