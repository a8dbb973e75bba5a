// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Testing

/// The order in which servers are tried, and their time limits.
@Suite struct FailoverRingTests {
    private let ring = FailoverRing(.test, urls: ["http://a:1", "http://b:1", "http://c:1"])

    /// Lets a request fail at all servers, and returns their numbers in the order of the attempts.
    private func attempts(startingAt preferred: BackendServer? = nil) async throws -> [Int] {
        var attempts: [Int] = []
        try await #require(throws: MicroError.self) {
            try await ring.firstResponse(within: .seconds(60), startingAt: preferred) { server, _ in
                attempts.append(server.number)
                throw MicroError(.unavailable, "down", origin: "test")
            }
        }
        return attempts
    }

    @Test func remainingTimeIsSharedEqually() async throws {
        var shares: [Duration] = []
        _ = try? await ring.firstResponse(within: .seconds(60)) { _, share in
            shares.append(share)
            throw MicroError(.unavailable, "down", origin: "test")
        }
        // They failed immediately, so nearly all of the time was left.
        #expect(shares.first == .seconds(20))
        #expect(shares.dropFirst().first.map { $0 > .seconds(25) && $0 <= .seconds(30) } == true)
        #expect(shares.last.map { $0 > .seconds(50) && $0 <= .seconds(60) } == true)
    }

    @Test func lastRespondingServerIsTriedFirst() async throws {
        try await ring.firstResponse(within: .seconds(60)) { server, _ in
            guard server.number == 1 else { throw MicroError(.unavailable, "down", origin: "test") }
        }
        #expect(try await attempts() == [1, 2, 0])
    }

    @Test func preferredServerIsTriedFirstAndOnce() async throws {
        var third: BackendServer?
        _ = try? await ring.firstResponse(within: .seconds(60)) { server, _ in
            third = server
            throw MicroError(.unavailable, "down", origin: "test")
        }
        #expect(third?.number == 2)
        #expect(try await attempts(startingAt: third).sorted() == [0, 1, 2])
        #expect(try await attempts(startingAt: third).first == 2)
    }

    @Test func nonFailoverErrorIsThrownImmediately() async throws {
        var count = 0
        let error = try await #require(throws: MicroError.self) {
            try await ring.firstResponse(within: .seconds(60)) { _, _ in
                count += 1
                throw MicroError(.permissionDenied, "denied", origin: "test")
            }
        }
        #expect(error.code == .permissionDenied && count == 1)
    }

    @Test func errorContainsMessagesOfAllServers() async throws {
        let error = try await #require(throws: MicroError.self) {
            try await ring.firstResponse(within: .seconds(60)) { server, _ in
                throw MicroError(.unavailable, "number \(server.number)", origin: "test")
            }
        }
        #expect(error.message == "number 0; number 1; number 2")
    }
}
