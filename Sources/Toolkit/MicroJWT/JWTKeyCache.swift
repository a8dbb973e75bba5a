// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import Foundation
import JWTKit
import Logging
import MicroCore
import NIOCore
import NIOFoundationEssentialsCompat
import NIOHTTP1

/// Reads the keys of an issuer when they are needed, and again after a time or for a token with an unknown key.
actor JWTKeyCache {
    private static let readTimeout = Duration.seconds(5)
    private static let maxSize = 1024 * 1024

    private let configuration: JWTConfiguration
    private let logger: Logger
    private var keys: JWTKeySet?
    private var lastRead: ContinuousClock.Instant?
    private var lastFailure: MicroError?
    /// The read that runs. Each caller waits for it, and it has a time limit.
    private var reading: Task<Void, Never>?

    init(_ configuration: JWTConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// The key that a token names; nil if the issuer has none.
    ///
    /// - Throws: ``/MicroCore/MicroError``: `unauthenticated` for a header that is not valid, `unavailable` as long as the keys
    ///   were never read.
    func key(for token: String) async throws -> JWTKeyCollection? {
        if let keys, let key = try keys.key(for: token) {
            // The keys are replaced while they are in use.
            if age > configuration.refreshInterval { startReading() }
            return key
        }
        if age > configuration.minRefreshInterval { startReading() }
        await reading?.value
        guard let keys else {
            throw MicroError(
                .unavailable, "the keys of the issuer cannot be read: \(lastFailure?.message ?? "unknown")",
                origin: JWTAuthenticator.origin, cause: lastFailure)
        }
        return try keys.key(for: token)
    }

    /// Reads the keys with the next token, whatever their age.
    func invalidate() { lastRead = nil }

    private var age: Duration { lastRead.map { .now - $0 } ?? .seconds(Int64.max / 4) }

    private func startReading() {
        guard reading == nil else { return }
        lastRead = .now
        reading = Task {
            do {
                let (source, algorithms) = (configuration.keys, configuration.algorithms)
                keys = try await withDeadline(
                    .now + Self.readTimeout,
                    orThrow: MicroError(
                        .deadlineExceeded, "\(source.name) has not responded within \(Self.readTimeout)")
                ) { try await JWTKeySet(try await Self.read(source), from: source.name, algorithms: algorithms) }
                lastFailure = nil
            } catch {
                let failure = error as? MicroError ?? MicroError(.unavailable, "\(error)")
                lastFailure = failure
                logger.warning("reading the keys of the issuer failed", metadata: ["cause": "\(failure)"])
            }
            reading = nil
        }
    }

    /// Reads the bytes of a key set, of at most 1 MiB.
    @concurrent static func read(_ source: JWTConfiguration.KeySource) async throws -> Data {
        switch source {
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else {
                throw MicroError(.invalidArgument, "cannot read the key file \(path); pass a readable JSON Web Key Set")
            }
            return data
        case .url(let url):
            do {
                // A redirect could lead to a server without TLS.
                let client = HTTPClient.Configuration(redirectConfiguration: .disallow)
                return try await HTTPClient.withHTTPClient(configuration: client) { client in
                    let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
                    guard response.status == .ok else {
                        throw MicroError(.unavailable, "\(url) responded with \(response.status.code)")
                    }
                    return Data(buffer: try await response.body.collect(upTo: maxSize))
                }
            } catch let error as MicroError {
                throw error
            } catch {
                throw MicroError(.unavailable, "\(url) cannot be read: \(error)", cause: error)
            }
        }
    }
}

extension JWTConfiguration.KeySource {
    /// The file or the URL.
    var name: String {
        switch self {
        case .file(let name), .url(let name): name
        }
    }
}
