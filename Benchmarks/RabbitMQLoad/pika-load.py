# The messages of `bench broker-publish` and `bench broker-consume` with pika; prints the same line:
#   KIND BYTES/SENDERS MESSAGES/S CPU-µS
# Arguments: publish|confirm|consume PORT SENDERS BYTES MESSAGES
# As in rabbitmq-load.c, SENDERS is the prefetch count of `consume`; otherwise it has to be 1.
import sys
import time

import pika

mode, port, senders, size, messages = sys.argv[1], *map(int, sys.argv[2:6])
connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
channel = connection.channel()
persistent = None if mode == "publish" else pika.BasicProperties(delivery_mode=2)
body = b"x" * size
first = messages // 10
queue = f"bench.pika-{connection.__hash__()}-{time.time_ns()}"


def publish(count, exchange="amq.topic", key="bench.load"):
    for _ in range(count):
        channel.basic_publish(exchange, key, body, persistent)
    channel.basic_qos()  # the server replies after it has read everything before


def consume(count):
    interval = max(1, senders // 10)
    received = 0
    for method, _, _ in channel.consume(queue):
        received += 1
        if received % interval == 0 or received == count:
            channel.basic_ack(method.delivery_tag, multiple=True)
        if received == count:
            return


if mode == "confirm":
    channel.confirm_delivery()
if mode == "consume":
    channel.queue_declare(queue, durable=True)
    publish(first + messages, exchange="", key=queue)
    channel.basic_qos(prefetch_count=senders)
send = consume if mode == "consume" else publish
send(first)
start, used = time.monotonic(), time.process_time()
send(messages)
rate, cpu = messages / (time.monotonic() - start), (time.process_time() - used) / messages * 1e6
print(f"pika {size}/{senders} {rate:.0f} {cpu:.3f}")
if mode == "consume":
    channel.cancel()
    channel.queue_delete(queue)
connection.close()
