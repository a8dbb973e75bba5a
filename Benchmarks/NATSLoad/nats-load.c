// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

// Publishes the messages of `bench broker-…` with the C client of NATS, and prints the same line:
//   KIND BYTES/SENDERS MESSAGES/S CPU-µS
// The client has its default options, and all senders share one connection, as in swift-micro.
//
// publish   ends when the server has received everything (flush)
// deliver   ends when a subscriber with a connection of its own has received everything
// confirm   publishes to JetStream; every sender waits for each confirmation
// stream    publishes to JetStream asynchronously; ends with the last confirmation

#include <nats/nats.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// With the process ID, as in `bench`, so that the server reads a topic of the same length.
static char topic[32];

// The maximum number of messages in flight to the subscriber, and the number after which senders check it. The program
// limits them, because both clients drop messages beyond 65,536 that the subscriber has not read.
enum { window = 16384, batch = 64, timeout_s = 120 };

static const char *mode;
static long senders, size, messages;
static natsConnection *connection;
static jsCtx *stream;
static char *body;
static atomic_long published, received;

static void fail(const char *what) {
    fprintf(stderr, "nats-load: %s\n", what);
    exit(1);
}

static void check(natsStatus status, const char *what) {
    if (status == NATS_OK) return;
    fprintf(stderr, "nats-load: %s: %s: %s\n", what, natsStatus_GetText(status), nats_GetLastError(NULL));
    exit(1);
}

static double seconds(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static bool mode_is(const char *name) { return strcmp(mode, name) == 0; }

static void on_message(natsConnection *from, natsSubscription *subscription, natsMsg *message, void *closure) {
    (void)from, (void)subscription, (void)closure;
    natsMsg_Destroy(message);
    atomic_fetch_add(&received, 1);
}

static void send_one(void) {
    if (mode_is("confirm")) {
        check(js_Publish(NULL, stream, topic, body, (int)size, NULL, NULL), "publish to the stream");
    } else if (mode_is("stream")) {
        check(js_PublishAsync(stream, topic, body, (int)size, NULL), "publish to the stream");
    } else {
        check(natsConnection_Publish(connection, topic, body, (int)size), "publish");
    }
}

// Publishes a sender's share in batches.
static void *send_share(void *share) {
    for (long rest = *(long *)share; rest > 0; rest -= batch) {
        long count = rest < batch ? rest : batch;
        atomic_fetch_add(&published, count);
        while (mode_is("deliver") && atomic_load(&published) - atomic_load(&received) > window) usleep(50);
        for (long i = 0; i < count; i++) send_one();
    }
    return NULL;
}

// Publishes messages from all senders and waits until they have arrived.
static void send_all(long count) {
    pthread_t threads[senders];
    long share = count / senders;
    atomic_store(&published, 0);
    atomic_store(&received, 0);
    for (long i = 0; i < senders; i++)
        if (pthread_create(&threads[i], NULL, send_share, &share) != 0) fail("cannot create a thread");
    for (long i = 0; i < senders; i++) pthread_join(threads[i], NULL);
    if (mode_is("publish")) check(natsConnection_Flush(connection), "flush");
    if (mode_is("stream")) check(js_PublishAsyncComplete(stream, NULL), "wait for confirmations");
    double deadline = seconds(CLOCK_MONOTONIC) + timeout_s;
    while (mode_is("deliver") && atomic_load(&received) < share * senders) {
        if (seconds(CLOCK_MONOTONIC) > deadline) fail("not all messages have arrived in time");
        usleep(50);
    }
}

static void make_stream(void) {
    jsStreamConfig configuration;
    check(natsConnection_JetStream(&stream, connection, NULL), "JetStream");
    jsStreamConfig_Init(&configuration);
    configuration.Name = "BENCH";
    configuration.Subjects = (const char *[]){topic};
    configuration.SubjectsLen = 1;
    check(js_AddStream(NULL, stream, &configuration, NULL, NULL), "create the stream");
}

int main(int count, char **arguments) {
    if (count != 6) fail("usage: nats-load publish|deliver|confirm|stream URL SENDERS BYTES MESSAGES");
    snprintf(topic, sizeof topic, "bench.load-%d", (int)getpid());
    mode = arguments[1];
    senders = atol(arguments[3]);
    size = atol(arguments[4]);
    messages = atol(arguments[5]);
    if (senders < 1 || senders > 1024 || size < 1 || messages < senders) fail("numbers out of range");
    body = malloc((size_t)size);
    if (body == NULL) fail("out of memory");
    memset(body, 'x', (size_t)size);

    check(natsConnection_ConnectTo(&connection, arguments[2]), "connect");
    natsConnection *other = NULL;
    natsSubscription *subscription = NULL;
    if (mode_is("deliver")) {
        check(natsConnection_ConnectTo(&other, arguments[2]), "connect");
        check(natsConnection_Subscribe(&subscription, other, topic, on_message, NULL), "subscribe");
        check(natsConnection_Flush(other), "flush");
    }
    bool is_durable = mode_is("confirm") || mode_is("stream");
    if (is_durable) make_stream();

    send_all(messages / 10 < senders ? senders : messages / 10);
    double start = seconds(CLOCK_MONOTONIC), used = seconds(CLOCK_PROCESS_CPUTIME_ID);
    send_all(messages);
    double time = seconds(CLOCK_MONOTONIC) - start;
    used = seconds(CLOCK_PROCESS_CPUTIME_ID) - used;
    double sent = (double)(messages / senders * senders);
    printf("%s %ld/%ld %.0f %.3f\n", mode_is("stream") ? "c-async" : "c", size, senders, sent / time, used / sent * 1e6);

    if (is_durable) check(js_DeleteStream(stream, "BENCH", NULL, NULL), "delete the stream");
    jsCtx_Destroy(stream);
    natsSubscription_Destroy(subscription);
    natsConnection_Destroy(other);
    natsConnection_Destroy(connection);
    nats_Close();
    free(body);
    return 0;
}
