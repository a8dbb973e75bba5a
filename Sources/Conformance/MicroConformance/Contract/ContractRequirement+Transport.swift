// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension ContractRequirement {
    /// The requirements of the transport contract.
    public static let transport: [ContractRequirement] =
        transportCalls + transportErrors + transportStreams + transportLifecycle + transportFailures

    private static let transportCalls = [
        ContractRequirement(
            "T-body", "TransportRequest.body", "Bodies with any bytes arrive unchanged.", ["T01", "T02", "T04"]),
        ContractRequirement(
            "T-content-type", "TransportRequest.contentType",
            "The media types of requests and responses arrive unchanged.", ["T01", "T66", "T72"]),
        ContractRequirement(
            "T-request-names", "TransportRequest.endpoint",
            "The names of service and endpoint arrive exactly as they were sent.", ["T72"]),
        ContractRequirement(
            "T-headers", "TransportRequest.headers",
            "Headers of requests and responses arrive unchanged, or are refused.", ["T13", "T14", "T15", "T69"]),
        ContractRequirement(
            "T-own-headers", "TransportRequest.headers",
            "The transport's own headers neither reach the service nor overwrite the user's.", ["T17"]),
        ContractRequirement(
            "T-repeated-headers", "TransportFeatures.repeatedHeaders",
            "Repeated headers arrive in their order, or are refused as unsupported.", ["T15"]),
        ContractRequirement(
            "T-own-response", "Transport.call", "Each call gets its own response.", ["T06", "T29", "T68", "T76"]),
        ContractRequirement(
            "T-size", "TransportCapabilities.maxBodySize",
            "A body of the maximum size arrives; a larger one fails as payloadTooLarge and affects no other call.",
            ["T05", "T77"]),
        ContractRequirement(
            "T-size-server", "TransportCapabilities.maxBodySize",
            "A server refuses requests above its own limit, whatever the limit of the client is.", ["T86"]),
        ContractRequirement(
            "T-handler-deadline", "TransportListener.run",
            "The task of a handler is cancelled at the deadline of its request.", ["T73"]),
        ContractRequirement(
            "T-deadline", "Transport.call", "A call ends at the deadline of its request.", ["T22", "T35", "T76"]),
        ContractRequirement(
            "T-deadline-remaining", "TransportRequest.deadline", "The deadline is sent as remaining time.", ["T23"]),
        ContractRequirement(
            "T-cancellation", "Transport",
            "Operations end promptly on cancellation; a call that was cancelled before is not sent.",
            ["T24", "T25", "T27", "T68"]),
        ContractRequirement(
            "T-handler-cancelled", "TransportListener.run",
            "The task of a handler is cancelled within a second after its caller disconnects.", ["T25", "T68"]),
    ]

    private static let transportErrors = [
        ContractRequirement(
            "T-error", "TransportListener.run", "Code, message and origin of a handler's error reach the caller.",
            ["T16", "T18", "T68"]),
        ContractRequirement(
            "T-error-details", "MicroError.details", "The details of a handler's error reach the caller.",
            ["T18", "T19"]),
        ContractRequirement(
            "T-error-internal", "TransportListener.run",
            "An error other than MicroError is sent as internal, without its text.", ["T54"]),
        ContractRequirement(
            "T-unavailable", "Transport.call",
            "A peer that does not respond is reported as unavailable, never as a service's notFound.", ["T20", "T68"]),
        ContractRequirement(
            "T-safe-to-retry", "MicroError.isSafeToRetry",
            "isSafeToRetry is true only if the request certainly was not executed.",
            ["T20", "T22", "T63", "T67", "T68", "T76", "T79"]),
        ContractRequirement(
            "T-malformed-requests", "TransportListener.run",
            "Malformed requests are refused, and the listener continues to serve other calls.", ["T21"]),
        ContractRequirement(
            "T-malformed-responses", "Transport.call",
            "A malformed, incomplete or unknown response is an error, and uses bounded memory.",
            ["T28", "T31", "T32", "T59", "T60", "T61"]),
    ]

    private static let transportStreams = [
        ContractRequirement(
            "T-stream-messages", "TransportStream",
            "Messages arrive completely, unchanged and in order, in both directions.",
            ["T07", "T08", "T09", "T10", "T57", "T65", "T68"]),
        ContractRequirement(
            "T-stream-request", "Transport.open", "Headers and media type of the opening request reach the handler.",
            ["T64", "T70"]),
        ContractRequirement(
            "T-stream-directions", "TransportStream",
            "A side that has finished sending continues to receive.", ["T11"]),
        ContractRequirement(
            "T-stream-both-tasks", "TransportStream", "One task can read a stream while another one sends on it.",
            ["T88"]),
        ContractRequirement(
            "T-stream-error", "TransportStream",
            "The error of the other side is thrown after all messages that were sent before.", ["T12", "T19"]),
        ContractRequirement(
            "T-stream-broken", "TransportStream",
            "The loss of the other side is never reported as a normal end.", ["T30", "T62"]),
        ContractRequirement(
            "T-stream-not-found", "TransportListener.run",
            "Opening a stream to an endpoint without streams fails with notFound and the server's origin.", ["T53"]),
        ContractRequirement(
            "T-stream-finish", "TransportStream.finish",
            "Finishing twice is allowed; sending afterwards fails as closed.", ["T70"]),
        ContractRequirement(
            "T-stream-deadline", "Transport.open", "A stream ends on both sides at the deadline of its request.",
            ["T56"]),
        ContractRequirement(
            "T-stream-cancel", "TransportStream.cancel",
            "Cancelling ends the stream in both directions; the other side is notified within a second.", ["T26"]),
        ContractRequirement(
            "T-stream-release", "TransportStream",
            "Releasing the last reference before the end cancels the stream.", ["T78"]),
        ContractRequirement(
            "T-stream-back-pressure", "TransportFeatures.backPressure",
            "A peer that does not read its stream stops the other side from sending.", ["T55"]),
        ContractRequirement(
            "T-unsupported", "TransportFeatures",
            "Without streams, opening one fails as unsupported; without back-pressure, a stream whose reader falls behind "
                + "ends with resourceExhausted.", ["T07", "T55"]),
        ContractRequirement(
            "T-stream-size", "TransportStream.send",
            "A message that is too large is refused as payloadTooLarge, and the stream continues.", ["T58"]),
    ]

    private static let transportLifecycle = [
        ContractRequirement(
            "T-bind", "Transport.bind",
            "Binding to an address that is in use or not valid fails with an error that names the address.",
            ["T51"]),
        ContractRequirement(
            "T-listener-address", "TransportListener.address",
            "The address of a listener has the port in use; clients call it there.", ["T40", "T51"]),
        ContractRequirement(
            "T-listener-problem", "TransportListener.problem",
            "A listener reports why calls do not reach it, and nil while no problem is known.", ["T87"]),
        ContractRequirement(
            "T-bind-wait", "Transport.bind",
            "Calls and streams that arrive before the listener runs wait for it, with the messages of the streams.",
            ["T85"]),
        ContractRequirement(
            "T-listener-run", "TransportListener.run",
            "A listener runs once, and serves calls until it is drained or cancelled; cancelling cancels all calls.",
            ["T51", "T75"]),
        ContractRequirement(
            "T-drain", "TransportListener.drain",
            "A drain refuses new calls as safe to retry, waits for those in flight, and cancels the rest at its deadline.",
            ["T63", "T68", "T74", "T75", "T79"]),
        ContractRequirement(
            "T-close", "Transport.close",
            "Closing ends calls and listeners; closing twice is allowed, every later operation throws closed.",
            ["T41", "T52"]),
    ]

    private static let transportFailures = [
        ContractRequirement(
            "T-reconnect", "Transport",
            "Connections that were closed or reset are replaced; calls succeed again at once.",
            ["T33", "T34", "T38", "T40"]),
        ContractRequirement(
            "T-slow-network", "Transport", "Calls succeed over a connection that transfers byte by byte.", ["T36"]),
        ContractRequirement(
            "T-backoff", "Transport", "Without a reachable listener, a call tries to connect at most twice.", ["T37"]),
        ContractRequirement(
            "T-connections", "Transport", "A client holds no more connections than its bound.", ["T27", "T39"]),
        ContractRequirement(
            "T-tls", "ClientTLSConfiguration",
            "Over TLS, valid clients are served; unknown authorities and clients are refused.", ["T50"]),
    ]
}
