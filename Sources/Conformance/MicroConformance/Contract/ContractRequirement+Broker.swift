// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension ContractRequirement {
    /// The requirements of the broker contract.
    public static let broker: [ContractRequirement] =
        brokerMessages + brokerSubscriptions + brokerAcknowledgements + brokerLifecycle + brokerFailures

    private static let brokerMessages = [
        ContractRequirement(
            "B-message", "BrokerMessage", "Bodies and headers arrive unchanged.", ["B01", "B04", "B06", "B47", "B73"]),
        ContractRequirement(
            "B-message-own-headers", "BrokerMessage.headers",
            "The broker's own headers neither appear in messages nor overwrite the user's.", ["B05"]),
        ContractRequirement(
            "B-message-foreign", "Broker",
            "Messages of publishers that do not use the adapter are delivered, whatever their bytes.", ["B42"]),
        ContractRequirement(
            "B-message-copied", "Delivery.message", "Changing a delivered message is invisible to other subscribers.",
            ["B37"]),
        ContractRequirement(
            "B-repeated-headers", "BrokerFeatures.repeatedHeaders",
            "Repeated headers arrive in their order, or are refused as unsupported.", ["B04"]),
        ContractRequirement(
            "B-rules", "TopicRules",
            "Topics, patterns, queue names and headers that break the rules are refused before anything is sent.",
            ["B04", "B07", "B78"]),
        ContractRequirement(
            "B-size", "BrokerCapabilities.maxBodySize",
            "A body of the maximum size is delivered; a larger one is refused as payloadTooLarge before it is sent.",
            ["B06"]),
        ContractRequirement(
            "B-publish-no-subscribers", "Broker.publish",
            "Publishing succeeds with and without subscribers; a new subscription does not get earlier messages unless "
                + "it asks for replay or the backend kept them (durable name, queue).",
            ["B03", "B75"]),
        ContractRequirement(
            "B-publish-returns", "Broker.publish",
            "When publishing returns, the message has been sent (at most once) or stored (at least once).",
            ["B27"]),
        ContractRequirement(
            "B-publish-down", "Broker.publish",
            "While the backend is unreachable, publishing waits until the timeout, and sends nothing after it.",
            ["B30"]),
        ContractRequirement(
            "B-order", "BrokerFeatures.ordering",
            "Messages of one publisher to one topic are delivered in the order in which they were published.", ["B14"]),
        ContractRequirement(
            "B-direct-delivery", "BrokerFeatures.directDelivery",
            "Publishing fails if the only subscriber fails; a failing subscriber does not delay others.", ["B44"]),
    ]

    private static let brokerSubscriptions = [
        ContractRequirement(
            "B-subscribe-in-effect", "Broker.subscribe",
            "A subscription is in effect when the call returns.", ["B02"]),
        ContractRequirement(
            "B-subscribe-all", "Broker.subscribe",
            "Every subscription without a queue gets every message of its topic, and of no other.",
            ["B08", "B09", "B12", "B38", "B72"]),
        ContractRequirement(
            "B-wildcards", "BrokerFeatures.wildcards",
            "In a pattern, * stands for one token and a final > for one or more.", ["B36", "B72"]),
        ContractRequirement(
            "B-topic", "Delivery.topic", "A delivery has the concrete topic of its message.", ["B36", "B69", "B72"]),
        ContractRequirement(
            "B-queues", "Broker.subscribe",
            "Of all subscriptions with the same queue, in any process, each message goes to one.",
            ["B10", "B11", "B12", "B68", "B72", "B74"]),
        ContractRequirement(
            "B-queue-messages", "Broker.subscribe", "Members of a queue get complete messages.", ["B69", "B72"]),
        ContractRequirement(
            "B-unsupported", "Broker",
            "An operation or option that needs a feature which is not claimed fails with unsupported.", ["B13"]),
        ContractRequirement(
            "B-buffer-count", "SubscribeOptions.maxBufferedMessages",
            "Beyond the limit the oldest deliveries are dropped and counted; other subscriptions are not delayed.",
            ["B26", "B76"]),
        ContractRequirement(
            "B-buffer-bytes", "SubscribeOptions.maxBufferedBytes",
            "The waiting headers and bodies are limited in bytes; a single larger delivery is kept.", ["B77"]),
        ContractRequirement(
            "B-durability", "SubscribeOptions.durableName",
            "A durable subscription, and a queue, get what was published while they had no subscriber.", ["B39"]),
        ContractRequirement(
            "B-replay", "SubscribeOptions.Start.all",
            "A subscription that starts with all messages gets the stored ones in order, then the new ones.",
            ["B40", "B79"]),
        ContractRequirement(
            "B-requests", "Broker.request",
            "A request gets its own reply, or fails: notFound without a subscriber, deadlineExceeded without a reply.",
            ["B46"]),
        ContractRequirement(
            "B-request-deadline", "Broker.request",
            "A request waits for its reply until its deadline, whatever the timeout of the adapter's configuration is.",
            ["B46", "B87"]),
    ]

    private static let brokerAcknowledgements = [
        ContractRequirement(
            "B-acknowledge", "Delivery.acknowledge", "An acknowledged message is not delivered again.", ["B16", "B80"]),
        ContractRequirement(
            "B-acknowledge-timeout", "SubscribeOptions.acknowledgementTimeout",
            "A delivery that is not settled is delivered again after its acknowledgement timeout, not earlier.",
            ["B19", "B84", "B89"]),
        ContractRequirement(
            "B-reject", "Delivery.reject",
            "After every rejection the message is delivered again, no earlier than the delay of the rejection.",
            ["B17", "B70", "B72", "B83"]),
        ContractRequirement(
            "B-settle-once", "Delivery.acknowledge",
            "Only the first settlement of a delivery counts, and it counts even after the subscription has ended.",
            ["B20"]),
        ContractRequirement(
            "B-settle-own", "Delivery.acknowledge",
            "A settlement applies to its own delivery only, also after a reconnect.", ["B80", "B88"]),
        ContractRequirement(
            "B-attempt", "Delivery.attempt", "Attempts are counted from 1.", ["B17", "B19", "B83"]),
        ContractRequirement(
            "B-in-flight", "SubscribeOptions.maxInFlight", "At most maxInFlight deliveries are unsettled.", ["B15"]),
        ContractRequirement(
            "B-dead-letters", "SubscribeOptions.deadLetterTopic",
            "A message that was delivered maxAttempts times goes to the dead-letter topic, and is not delivered again.",
            ["B22"]),
        ContractRequirement(
            "B-handle", "Subscription.handle",
            "A delivery is acknowledged after its handler has succeeded; a failure is reported and does not affect "
                + "other deliveries.",
            ["B18", "B21"]),
        ContractRequirement(
            "B-redelivery-to-others", "DeliveryGuarantee.atLeastOnce",
            "When a member of a queue ends, its unacknowledged messages go to other members.", ["B41", "B64", "B86"]),
    ]

    private static let brokerLifecycle = [
        ContractRequirement(
            "B-cancel", "Subscription.cancel",
            "After cancelling, no reader gets another delivery; deliveries in flight can still be handled and settled; "
                + "other subscriptions are unaffected.",
            ["B23", "B24", "B72"]),
        ContractRequirement(
            "B-subscription-ends", "Subscription",
            "A subscription ends when it is cancelled, when its broker is closed, and when its last reference is "
                + "released; for a reader it also ends when the reader's task is cancelled.",
            ["B25", "B35", "B72"]),
        ContractRequirement(
            "B-several-readers", "Subscription", "With several readers, each delivery goes to one of them.", ["B92"]),
        ContractRequirement(
            "B-problem", "Subscription.problem",
            "A subscription reports why the backend delivers nothing, and nil while nothing is known to be wrong.",
            ["B91"]),
        ContractRequirement(
            "B-drain", "Subscription.drain",
            "A drain takes no new deliveries and waits until the received ones are handled; their settlements take "
                + "effect.",
            ["B90"]),
        ContractRequirement(
            "B-cancellation", "Broker", "All operations end promptly on cancellation.", ["B35", "B59"]),
        ContractRequirement(
            "B-close-drains", "Broker.close",
            "Closing waits until received deliveries are handled, and published messages are sent.", ["B32", "B81"]),
        ContractRequirement(
            "B-close-deadline", "Broker.close",
            "At its deadline, closing stops waiting and cancels everything that is still in progress.", ["B33", "B66"]),
        ContractRequirement(
            "B-close-later-operations", "Broker.close",
            "Closing twice is allowed; every later operation throws closed.", ["B34"]),
        ContractRequirement(
            "B-close-other-clients", "Broker.close",
            "Closing a client does not affect the subscriptions of other clients.", ["B71"]),
        ContractRequirement(
            "B-resources", "Broker", "Ended subscriptions and closed clients leave nothing at the backend.",
            ["B25", "B29", "B45"]),
    ]

    private static let brokerFailures = [
        ContractRequirement(
            "B-errors", "Broker", "All operations throw MicroError or CancellationError.",
            ["B34", "B48", "B49", "B52", "B54", "B55", "B59"]),
        ContractRequirement(
            "B-timeout", "Broker",
            "All operations except requests and closing, which have deadlines of their own, end within the adapter's "
                + "configured timeout.",
            ["B30", "B49", "B59", "B61"]),
        ContractRequirement(
            "B-reconnect", "Broker",
            "After the backend was lost, the adapter reconnects with backoff and without limit.",
            [
                "B27", "B29", "B31", "B48", "B49", "B50", "B51", "B52", "B53", "B54", "B55", "B56", "B57", "B60", "B61",
                "B67",
            ]
        ),
        ContractRequirement(
            "B-restores-subscriptions", "Broker",
            "After a reconnect, subscriptions with their queues and limits are in effect again.", ["B28", "B65"]),
        ContractRequirement(
            "B-at-most-once", "DeliveryGuarantee.atMostOnce", "A message is delivered at most once.", ["B27", "B29"]),
        ContractRequirement(
            "B-at-least-once", "DeliveryGuarantee.atLeastOnce",
            "A message that was published is delivered in spite of failures.", ["B27", "B41", "B64"]),
        ContractRequirement(
            "B-failover", "Broker", "With several addresses, the adapter uses one that works.", ["B58"]),
        ContractRequirement(
            "B-credentials", "MicroError.Code",
            "Wrong credentials are reported as unauthenticated, missing permissions as permissionDenied.",
            ["B43", "B63"]),
        ContractRequirement("B-secrets", "MicroError.message", "No text contains a secret.", ["B43"]),
        ContractRequirement(
            "B-tls", "ClientTLSConfiguration",
            "A certificate of an unknown authority or for another host name is refused.", ["B62"]),
    ]
}
