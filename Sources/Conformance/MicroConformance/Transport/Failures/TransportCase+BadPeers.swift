// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    /// Peers that violate the protocol.
    static let badPeers = [
        TransportCase(
            "T21", .core,
            "Malformed requests get an error or a closed connection, and the listener continues to serve other calls.",
            rationale: "A browser, a port scanner or a typing error crashes the server.", hooks: [.badPeers]
        ) { context in
            guard let peers = context.harness.badPeers else { throw CaseNotRunnable(missing: [HarnessHook.badPeers]) }
            let listener = try await context.serve { request in
                guard request.service == TransportTestContext.service else {
                    throw MicroError(.notFound, "no such service", origin: MicroError.Origin.server)
                }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            for (what, response) in try await peers.sendMalformedRequests(listener.address) {
                let isClientError = response.map { [.invalidArgument, .notFound, .unsupported].contains($0) } ?? true
                try context.expect(
                    isClientError, "\(what) is an error of the caller; found \(response.map { "\($0)" } ?? "-")")
                try await context.expectStillServing(listener.address, after: what)
            }
        },
        badPeer(
            "T28", .respondsWithoutBody, "A successful response without a body has an empty body.",
            rationale: "A missing body crashes the client."
        ) { context, peer in
            try context.expect(try await context.call(at: peer.address), is: "", "the response")
        },
        badPeer(
            "T29", .respondsTwice, "A second response to one request is not used as the response of the next call.",
            rationale: "Every call gets the response of the call before it."
        ) { context, peer in
            for number in 0..<20 {
                do {
                    let response = try await context.call("\(number)", at: peer.address)
                    try context.expect(response, is: "\(number)", "the response")
                } catch let error as MicroError {
                    try context.expect(
                        error.code == .internal || error.code == .unavailable,
                        "the error is internal or unavailable; found \(error)")
                }
            }
        },
        badPeer(
            "T30", .abandonsStream, "A stream whose peer disconnects fails after the messages that have arrived.",
            rationale: "A broken connection is taken for the end of the stream.", capabilities: ["streams"]
        ) { context, peer in
            let stream = try await context.open(at: peer.address, within: .seconds(5))
            try await stream.send("hello")
            var texts: [String] = []
            try await context.expectError(.unavailable, .deadlineExceeded, from: "a stream without an end") {
                for try await message in stream { texts.append(String(buffer: message)) }
            }
            try context.expect(texts, is: ["hello"], "the messages before the error")
        },
        badPeer(
            "T31", .unknownErrorCode, "An error response with an unknown code is an error.",
            rationale: "An unknown code is taken for a success."
        ) { context, peer in
            let error = try await context.expectError(
                .invalidArgument, .internal, from: "a response with an unknown code"
            ) { try await context.call(at: peer.address) }
            try context.expect(!error.isSafeToRetry, "a call that the service may have executed is not safe to retry")
        },
        badPeer(
            "T59", .nullError, "An error response whose fields are null is an error.",
            rationale: "A null field crashes the client."
        ) { context, peer in
            try await context.expectError(.internal, from: "a response whose error is null") {
                try await context.call(at: peer.address)
            }
        },
        badPeer(
            "T32", .malformedResponse, "A malformed response is an error before the deadline.",
            rationale: "Malformed bytes crash the client, or make it wait."
        ) { context, peer in
            try await context.expectError(.internal, .unavailable, from: "a malformed response") {
                try await context.call(at: peer.address)
            }
        },
        badPeer(
            "T60", .endlessHeaders, "Response headers that never end are an error, and use bounded memory.",
            rationale: "A peer that sends long enough exhausts the memory of a client."
        ) { context, peer in
            try await context.expectError(.internal, .unavailable, .payloadTooLarge, from: "endless headers") {
                try await context.call(at: peer.address)
            }
        },
        badPeer(
            "T61", .truncatedBody, "A response body that is shorter than announced is an error.",
            rationale: "A truncated body is taken for a complete one."
        ) { context, peer in
            let error = try await context.expectError(.unavailable, .internal, from: "a truncated body") {
                try await context.call(at: peer.address)
            }
            try context.expect(!error.isSafeToRetry, "a call that the service has executed is not safe to retry")
        },
        badPeer(
            "T33", .closesBetweenCalls, "Calls succeed although the peer closes its connections between them.",
            rationale: "The first call after a pause fails because its connection was closed."
        ) { context, peer in
            for number in 0..<50 {
                try context.expect(
                    try await context.call("\(number)", at: peer.address), is: "\(number)", "the response")
                await peer.closeConnections()
            }
        },
    ]

    private static func badPeer(
        _ id: String, _ behavior: BadPeerBehavior, _ requirement: String, rationale: String,
        capabilities: [String] = [],
        _ check: @escaping @Sendable (TransportTestContext, any BadTransportPeer) async throws -> Void
    ) -> TransportCase {
        TransportCase(
            id, capabilities.isEmpty ? .core : .capability, requirement, rationale: rationale,
            capabilities: capabilities, hooks: [.badPeers]
        ) { context in
            guard let peers = context.harness.badPeers, peers.behaviors.contains(behavior) else {
                throw CaseNotRunnable("needs bad peers (`badPeers`) with the behavior `\(behavior.rawValue)`")
            }
            try await peers.with(behavior) { peer in
                try await context.withTimeout(context.bounds.timeouts.response, "all calls end") {
                    try await check(context, peer)
                }
            }
        }
    }
}
