// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let peers = [
        TransportCase(
            "T21", .core, "What is no call gets a typed answer or none, and the server lives",
            rationale: "A browser, a scanner or a typing error takes the server down.", hooks: [.badPeers]
        ) { context in
            guard let peers = context.harness.badPeers else { throw CaseNotRunnable("hook: badPeers") }
            let listener = try await context.serve { request in
                guard request.service == TransportTestContext.service else {
                    throw MicroError(.notFound, "no such service", origin: MicroError.Origin.server)
                }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            for (what, response) in try await peers.sendMalformedRequests(listener.address) {
                let isTyped = response.map { [.invalidArgument, .notFound, .unsupported].contains($0) } ?? true
                try context.expect(isTyped, "\(what) is the caller's fault, and not \(response.map { "\($0)" } ?? "-")")
                try context.expect(
                    try await context.call("still", at: listener.address), is: "still", "a call after \(what)")
            }
        },
        peer(
            "T28", .respondsWithoutBody, "A peer that answers in order without a body has answered with an empty one",
            rationale: "What is absent crashes the client."
        ) { context, peer in
            try context.expect(try await context.call(at: peer.address), is: "", "the answer")
        },
        peer(
            "T29", .respondsTwice, "A peer that answers twice does not answer the next call with it",
            rationale: "Everybody gets the answer of the call before."
        ) { context, peer in
            for number in 0..<20 {
                do {
                    let response = try await context.call("\(number)", at: peer.address)
                    try context.expect(response, is: "\(number)", "the answer")
                } catch let error as MicroError {
                    try context.expect(
                        error.code == .internal || error.code == .unavailable, "a typed error, and not \(error)")
                }
            }
        },
        peer(
            "T30", .abandonsStream, "A stream whose peer goes away without its end fails, after what has come",
            rationale: "A broken connection is taken for the end of the stream.", needs: ["streams"]
        ) { context, peer in
            let stream = try await context.open(at: peer.address, within: .seconds(5))
            try await stream.send("hello")
            var texts: [String] = []
            try await context.expectError(.unavailable, .deadlineExceeded, from: "a stream without an end") {
                for try await message in stream { texts.append(String(buffer: message)) }
            }
            try context.expect(texts, is: ["hello"], "what has come")
        },
        peer(
            "T31", .unknownErrorCode, "An error of a code that nobody knows is an error all the same",
            rationale: "What is unknown is taken for a success."
        ) { context, peer in
            let error = try await context.expectError(.invalidArgument, .internal, from: "a peer with an unknown code")
            {
                try await context.call(at: peer.address)
            }
            try context.expect(!error.isSafeToRetry, "it is not safe to retry: the service may have run")
        },
        peer(
            "T59", .nullError, "An error whose fields are null is an error all the same",
            rationale: "What is null crashes the client."
        ) { context, peer in
            try await context.expectError(.internal, from: "a peer whose error is null") {
                try await context.call(at: peer.address)
            }
        },
        peer(
            "T32", .malformedResponse, "A peer that answers garbage is a typed error, before the deadline",
            rationale: "Garbage crashes the client, or has it wait."
        ) { context, peer in
            try await context.expectError(.internal, .unavailable, from: "garbage") {
                try await context.call(at: peer.address)
            }
        },
        peer(
            "T60", .endlessHeaders, "Headers that never end are a typed error, and do not fill the memory",
            rationale: "Whoever answers long enough exhausts the memory of a client."
        ) { context, peer in
            try await context.expectError(.internal, .unavailable, .payloadTooLarge, from: "endless headers") {
                try await context.call(at: peer.address)
            }
        },
        peer(
            "T61", .truncatedBody, "A body that is shorter than it was announced is a typed error, never an answer",
            rationale: "Half a body is taken for a whole one."
        ) { context, peer in
            let error = try await context.expectError(.unavailable, .internal, from: "half a body") {
                try await context.call(at: peer.address)
            }
            try context.expect(!error.isSafeToRetry, "it is not safe to retry: the service has run")
        },
        peer(
            "T33", .closesBetweenCalls, "A peer that closes connections between calls is invisible to callers",
            rationale: "After a quiet time the first call fails: its connection is dead."
        ) { context, peer in
            for number in 0..<50 {
                try context.expect(try await context.call("\(number)", at: peer.address), is: "\(number)", "the answer")
                await peer.closeConnections()
            }
        },
    ]

    private static func peer(
        _ id: String, _ behavior: BadPeerBehavior, _ requirement: String, rationale: String, needs: [String] = [],
        _ check: @escaping @Sendable (TransportTestContext, any BadTransportPeer) async throws -> Void
    ) -> TransportCase {
        TransportCase(
            id, needs.isEmpty ? .core : .capability, requirement, rationale: rationale, needs: needs, hooks: [.badPeers]
        ) { context in
            guard let peers = context.harness.badPeers, peers.behaviors.contains(behavior) else {
                throw CaseNotRunnable("hook: badPeers (\(behavior.rawValue))")
            }
            try await peers.with(behavior) { peer in
                let late = ConformanceFailure("it took longer than \(context.bounds.responseTimeout)")
                try await context.withTimeout(context.bounds.responseTimeout, orThrow: late) {
                    try await check(context, peer)
                }
            }
        }
    }
}
