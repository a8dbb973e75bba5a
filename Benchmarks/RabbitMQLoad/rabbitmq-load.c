// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

// Publishes the messages of `bench broker-…` with librabbitmq, and prints the same line:
//   KIND BYTES/SENDERS MESSAGES/S CPU-µS
// The client is not thread-safe: one thread publishes. SENDERS is the number of unconfirmed messages in `confirm`, as many
// as senders that wait for their confirmations have.
//
// publish   ends when the server has received everything
// deliver   ends when a subscriber with a connection of its own, without acknowledgements, has received everything
// confirm   publishes persistent messages with publisher confirms to an exchange without queues
// consume   receives messages that are in a durable queue; SENDERS is the prefetch count

#include <pthread.h>
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { window = 16384, confirm_window = 1000 };

static const char *mode;
static long senders, size, messages;
static char topic[40], *body;
static atomic_long received;

static void fail(const char *what) {
    fprintf(stderr, "rabbitmq-load: %s\n", what);
    exit(1);
}

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool mode_is(const char *name) { return strcmp(mode, name) == 0; }

static void check(amqp_connection_state_t connection, const char *what) {
    if (amqp_get_rpc_reply(connection).reply_type != AMQP_RESPONSE_NORMAL) fail(what);
}

static amqp_connection_state_t connect_to(const char *host, int port) {
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (socket == NULL || amqp_socket_open(socket, host, port) != 0) fail("connect");
    amqp_rpc_reply_t reply =
        amqp_login(connection, "/", 2047, 131072, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest");
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail("log in");
    amqp_channel_open(connection, 1);
    check(connection, "open a channel");
    return connection;
}

static void publish(amqp_connection_state_t connection, const char *exchange, bool is_persistent) {
    amqp_basic_properties_t properties = {._flags = 0};
    if (is_persistent) {
        properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG;
        properties.delivery_mode = 2;
    }
    amqp_bytes_t bytes = {.len = (size_t)size, .bytes = body};
    if (amqp_basic_publish(
            connection, 1, amqp_cstring_bytes(exchange), amqp_cstring_bytes(topic), 0, 0, &properties, bytes) != 0)
        fail("publish");
}

// Reads a confirmation and returns the highest confirmed number.
static uint64_t read_confirmation(amqp_connection_state_t connection, uint64_t highest) {
    amqp_frame_t frame;
    amqp_maybe_release_buffers(connection);
    if (amqp_simple_wait_frame(connection, &frame) != AMQP_STATUS_OK) fail("wait for a confirmation");
    if (frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
        fail("a message was not confirmed");
    amqp_basic_ack_t *ack = frame.payload.method.decoded;
    return ack->delivery_tag > highest ? ack->delivery_tag : highest;
}

static uint64_t sequence;
static uint64_t confirmed;

static void publish_confirmed(
    amqp_connection_state_t connection, const char *exchange, long count, long unconfirmed) {
    uint64_t end = sequence + (uint64_t)count;
    while (sequence < end) {
        publish(connection, exchange, true);
        sequence++;
        while (sequence - confirmed >= (uint64_t)unconfirmed) confirmed = read_confirmation(connection, confirmed);
    }
    while (confirmed < sequence) confirmed = read_confirmation(connection, confirmed);
}

static void *read_deliveries(void *argument) {
    amqp_connection_state_t connection = argument;
    while (true) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(connection);
        if (amqp_consume_message(connection, &envelope, NULL, 0).reply_type != AMQP_RESPONSE_NORMAL) fail("consume");
        amqp_destroy_envelope(&envelope);
        atomic_fetch_add(&received, 1);
    }
    return NULL;
}

static void consume(amqp_connection_state_t connection, long count) {
    long interval = senders >= 10 ? senders / 10 : 1;
    for (long i = 1; i <= count; i++) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(connection);
        if (amqp_consume_message(connection, &envelope, NULL, 0).reply_type != AMQP_RESPONSE_NORMAL) fail("consume");
        if (i % interval == 0 || i == count) amqp_basic_ack(connection, 1, envelope.delivery_tag, 1);
        amqp_destroy_envelope(&envelope);
    }
}

static void send_all(amqp_connection_state_t connection, long count) {
    if (mode_is("confirm")) return publish_confirmed(connection, "amq.topic", count, senders);
    if (mode_is("consume")) return consume(connection, count);
    atomic_store(&received, 0);
    for (long i = 0; i < count; i++) {
        while (mode_is("deliver") && i % 64 == 0 && i - atomic_load(&received) > window) usleep(50);
        publish(connection, "amq.topic", false);
    }
    if (mode_is("deliver")) {
        while (atomic_load(&received) < count) usleep(50);
    } else {
        // The server replies after it has read everything before.
        amqp_basic_qos(connection, 1, 0, 0, 0);
        check(connection, "publish");
    }
}

int main(int count, char **arguments) {
    if (count != 7) fail("usage: rabbitmq-load publish|deliver|confirm|consume HOST PORT SENDERS BYTES MESSAGES");
    snprintf(topic, sizeof topic, "bench.load-%d", (int)getpid());
    mode = arguments[1];
    senders = atol(arguments[4]);
    size = atol(arguments[5]);
    messages = atol(arguments[6]);
    if (senders < 1 || senders > 65535 || size < 1 || messages < 10) fail("numbers out of range");
    body = malloc((size_t)size);
    if (body == NULL) fail("out of memory");
    memset(body, 'x', (size_t)size);

    amqp_connection_state_t connection = connect_to(arguments[2], atoi(arguments[3]));
    amqp_bytes_t queue = amqp_cstring_bytes(topic);
    long first = messages / 10;
    if (mode_is("deliver")) {
        amqp_connection_state_t other = connect_to(arguments[2], atoi(arguments[3]));
        amqp_queue_declare(other, 1, queue, 0, 0, 1, 1, amqp_empty_table);
        amqp_queue_bind(other, 1, queue, amqp_cstring_bytes("amq.topic"), queue, amqp_empty_table);
        amqp_basic_consume(other, 1, queue, amqp_empty_bytes, 0, 1, 0, amqp_empty_table);
        check(other, "consume");
        pthread_t thread;
        if (pthread_create(&thread, NULL, read_deliveries, other) != 0) fail("cannot create a thread");
    }
    if (mode_is("confirm") || mode_is("consume")) {
        amqp_confirm_select(connection, 1);
        check(connection, "select confirms");
    }
    if (mode_is("consume")) {
        amqp_queue_declare(connection, 1, queue, 0, 1, 0, 0, amqp_empty_table);
        check(connection, "declare");
        publish_confirmed(connection, "", first + messages, confirm_window);
        amqp_basic_qos(connection, 1, 0, (uint16_t)senders, 0);
        amqp_basic_consume(connection, 1, queue, amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
        check(connection, "consume");
    }
    send_all(connection, first);
    double start = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    send_all(connection, messages);
    double time = seconds(CLOCK_MONOTONIC) - start;
    used = seconds(CLOCK_PROCESS_CPUTIME_ID) - used;
    printf("c %ld/%ld %.0f %.3f\n", size, senders, (double)messages / time, used / (double)messages * 1e6);
    if (mode_is("consume")) {
        // A channel without a consumer, whose deliveries would arrive before the reply.
        amqp_connection_state_t other = connect_to(arguments[2], atoi(arguments[3]));
        amqp_queue_delete(other, 1, queue, 0, 0);
        check(other, "delete the queue");
    }
    free(body);
    return 0;
}
