// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension TransportCase {
    static let peers = [
        TransportCase(
            "T21", .core, "What is no call gets a typed answer or none, and the server lives",
            motive: "A browser, a scanner or a typing error takes the server down.", hooks: [.badPeers]
        ) { trial in
            guard let peers = trial.harness.badPeers else { throw CaseNotRunnable("hook: badPeers") }
            let listener = try await trial.serve { request in
                guard request.service == TransportTrial.service else {
                    throw MicroError(.notFound, "no such service", origin: MicroError.Origin.server)
                }
                return TransportResponse(contentType: request.contentType, body: request.body)
            }
            for (what, answer) in try await peers.abuse(listener.address) {
                let isTyped = answer.map { [.invalidArgument, .notFound, .unsupported].contains($0) } ?? true
                try trial.expect(isTyped, "\(what) is the caller's fault, and not \(answer.map { "\($0)" } ?? "-")")
                try trial.expect(
                    try await trial.call("still", at: listener.address), is: "still", "a call after \(what)")
            }
        },
        peer(
            "T28", .answersWithoutBody, "A peer that answers in order without a body has answered with an empty one",
            motive: "What is absent crashes the client."
        ) { trial, peer in
            try trial.expect(try await trial.call(at: peer.address), is: "", "the answer")
        },
        peer(
            "T29", .answersTwice, "A peer that answers twice does not answer the next call with it",
            motive: "Everybody gets the answer of the call before."
        ) { trial, peer in
            for number in 0..<20 {
                do {
                    let answer = try await trial.call("\(number)", at: peer.address)
                    try trial.expect(answer, is: "\(number)", "the answer")
                } catch let error as MicroError {
                    try trial.expect(
                        error.code == .internal || error.code == .unavailable, "a typed error, and not \(error)")
                }
            }
        },
        peer(
            "T30", .leavesTheStream, "A stream whose peer goes away without its end fails, after what has come",
            motive: "A broken connection is taken for the end of the stream.", needs: ["streams"]
        ) { trial, peer in
            let stream = try await trial.open(at: peer.address, within: .seconds(5))
            try await stream.send("hello")
            var texts: [String] = []
            try await trial.expectError(.unavailable, .deadlineExceeded, from: "a stream without an end") {
                for try await message in stream { texts.append(String(buffer: message)) }
            }
            try trial.expect(texts, is: ["hello"], "what has come")
        },
        peer(
            "T31", .unknownCode, "An error of a code that nobody knows is an error all the same",
            motive: "What is unknown is taken for a success."
        ) { trial, peer in
            let error = try await trial.expectError(.invalidArgument, .internal, from: "a peer with an unknown code") {
                try await trial.call(at: peer.address)
            }
            try trial.expect(!error.isSafeToRetry, "it is not safe to retry: the service may have run")
        },
        peer(
            "T59", .nullError, "An error whose fields are null is an error all the same",
            motive: "What is null crashes the client."
        ) { trial, peer in
            try await trial.expectError(.internal, from: "a peer whose error is null") {
                try await trial.call(at: peer.address)
            }
        },
        peer(
            "T32", .garbage, "A peer that answers garbage is a typed error, before the deadline",
            motive: "Garbage crashes the client, or has it wait."
        ) { trial, peer in
            try await trial.expectError(.internal, .unavailable, from: "garbage") {
                try await trial.call(at: peer.address)
            }
        },
        peer(
            "T60", .endlessHeaders, "Headers that never end are a typed error, and do not fill the memory",
            motive: "Whoever answers long enough exhausts the memory of a client."
        ) { trial, peer in
            try await trial.expectError(.internal, .unavailable, .payloadTooLarge, from: "endless headers") {
                try await trial.call(at: peer.address)
            }
        },
        peer(
            "T61", .shortBody, "A body that is shorter than it was announced is a typed error, never an answer",
            motive: "Half a body is taken for a whole one."
        ) { trial, peer in
            let error = try await trial.expectError(.unavailable, .internal, from: "half a body") {
                try await trial.call(at: peer.address)
            }
            try trial.expect(!error.isSafeToRetry, "it is not safe to retry: the service has run")
        },
        peer(
            "T33", .closesBetweenCalls, "A peer that closes connections between calls is invisible to callers",
            motive: "After a quiet time the first call fails: its connection is dead."
        ) { trial, peer in
            for number in 0..<50 {
                try trial.expect(try await trial.call("\(number)", at: peer.address), is: "\(number)", "the answer")
                await peer.closeConnections()
            }
        },
    ]

    private static func peer(
        _ id: String, _ behaviour: BadPeerBehaviour, _ requirement: String, motive: String, needs: [String] = [],
        _ check: @escaping @Sendable (TransportTrial, any BadTransportPeer) async throws -> Void
    ) -> TransportCase {
        TransportCase(
            id, needs.isEmpty ? .core : .capability, requirement, motive: motive, needs: needs, hooks: [.badPeers]
        ) { trial in
            guard let peers = trial.harness.badPeers, peers.behaviours.contains(behaviour) else {
                throw CaseNotRunnable("hook: badPeers (\(behaviour.rawValue))")
            }
            try await peers.with(behaviour) { peer in
                let late = ConformanceFailure("it took longer than \(trial.bounds.answer)")
                try await trial.bounded(trial.bounds.answer, orThrow: late) { try await check(trial, peer) }
            }
        }
    }
}
