// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import MicroCore
import Testing

/// Which server is asked, and for how long.
@Suite struct FailoverRingTests {
    private static let kind = BackendKind(
        .registry, name: "Consul", nameWithArticle: "a Consul agent", authoritySetting: "A", certificateSetting: "B",
        keySetting: "C")

    private let ring = FailoverRing(kind, urls: ["http://a:1", "http://b:1", "http://c:1"])

    /// Asks all in vain, and returns the numbers of those that were asked.
    private func asked(startingAt preferred: BackendServer? = nil) async throws -> [Int] {
        var asked: [Int] = []
        try await #require(throws: MicroError.self) {
            try await ring.firstResponse(within: .seconds(60), startingAt: preferred) { server, _ in
                asked.append(server.number)
                throw MicroError(.unavailable, "no", origin: "test")
            }
        }
        return asked
    }

    @Test func remainingTimeIsSharedEqually() async throws {
        var shares: [Duration] = []
        _ = try? await ring.firstResponse(within: .seconds(60)) { _, share in
            shares.append(share)
            throw MicroError(.unavailable, "no", origin: "test")
        }
        // They failed at once, so that nearly everything was left.
        #expect(shares.first == .seconds(20))
        #expect(shares.dropFirst().first.map { $0 > .seconds(25) && $0 <= .seconds(30) } == true)
        #expect(shares.last.map { $0 > .seconds(50) && $0 <= .seconds(60) } == true)
    }

    @Test func lastRespondingServerIsTriedFirst() async throws {
        try await ring.firstResponse(within: .seconds(60)) { server, _ in
            guard server.number == 1 else { throw MicroError(.unavailable, "no", origin: "test") }
        }
        #expect(try await asked() == [1, 2, 0])
    }

    @Test func preferredServerIsTriedFirstAndOnce() async throws {
        var third: BackendServer?
        _ = try? await ring.firstResponse(within: .seconds(60)) { server, _ in
            third = server
            throw MicroError(.unavailable, "no", origin: "test")
        }
        #expect(third?.number == 2)
        #expect(try await asked(startingAt: third).sorted() == [0, 1, 2])
        #expect(try await asked(startingAt: third).first == 2)
    }

    @Test func nonFailoverErrorIsThrownImmediately() async throws {
        var count = 0
        let error = try await #require(throws: MicroError.self) {
            try await ring.firstResponse(within: .seconds(60)) { _, _ in
                count += 1
                throw MicroError(.permissionDenied, "no", origin: "test")
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
