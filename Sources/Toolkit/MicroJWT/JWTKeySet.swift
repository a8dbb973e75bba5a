// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JWTKit
import MicroCore

/// The keys of an issuer at one moment, by their identifiers. Keys for encryption and of unknown kinds are left out.
struct JWTKeySet: Sendable {
    /// The header of a token (RFC 7515, section 4.1).
    private struct Header: Decodable {
        var alg: String
        var kid: String?
        var crit: [String]?
    }

    /// A key with the one algorithm that it is used for.
    private struct Key {
        let collection: JWTKeyCollection
        let algorithm: String
    }

    /// A collection per key: a token is only ever verified with the key that it names.
    private let keys: [String: Key]

    /// Reads a JSON Web Key Set (RFC 7517, section 5).
    ///
    /// - Parameters:
    ///   - json: The text.
    ///   - source: Where it comes from, for the error.
    ///   - algorithms: The algorithms that are used; keys for others are left out.
    /// - Throws: ``/MicroCore/MicroError`` with `invalidArgument` if the text is none, or has no key that can be used.
    init(_ json: Data, from source: String, algorithms: Set<String>) async throws {
        let object = try? JSONSerialization.jsonObject(with: json) as? [String: Any]
        guard let entries = object?["keys"] as? [[String: Any]] else {
            throw MicroError(.invalidArgument, "\(source) is not a JSON Web Key Set: it has no list \"keys\"")
        }
        var keys: [String: Key] = [:]
        for entry in entries.prefix(256) where (entry["use"] as? String ?? "sig") == "sig" {
            guard let (key, algorithm) = Self.key(entry), algorithms.contains(algorithm) else { continue }
            let collection = JWTKeyCollection()
            guard (try? await collection.add(jwk: key, isDefault: true)) != nil else { continue }
            keys[entry["kid"] as? String ?? ""] = Key(collection: collection, algorithm: algorithm)
        }
        guard !keys.isEmpty else {
            throw MicroError(
                .invalidArgument,
                "\(source) has no key for signatures with \(algorithms.sorted().joined(separator: ", "))")
        }
        self.keys = keys
    }

    /// The key that a token names; the only one for a token that names none. Nil if there is none.
    ///
    /// - Throws: ``/MicroCore/MicroError`` with `unauthenticated` for a header that is not valid.
    func key(for token: String) throws -> JWTKeyCollection? {
        guard let end = token.firstIndex(of: "."), let data = Self.decode(token[..<end]),
            let header = try? JSONDecoder().decode(Header.self, from: data)
        else { throw JWTAuthenticator.rejection("its header is not valid") }
        // Extensions that the token says must be understood (RFC 7515, section 4.1.11).
        guard header.crit == nil else {
            throw JWTAuthenticator.rejection("it needs an extension that is not supported")
        }
        guard let key = header.kid.map({ keys[$0] }) ?? (keys.count == 1 ? keys.first?.value : nil) else { return nil }
        guard header.alg == key.algorithm else {
            throw JWTAuthenticator.rejection("its algorithm is not that of its key")
        }
        return key.collection
    }

    /// A public key. Its algorithm is that of the set, or the usual one of its kind: a token does not choose it.
    private static func key(_ entry: [String: Any]) -> (key: JWK, algorithm: String)? {
        var entry = entry
        // Only public keys verify, and the library would keep a private one.
        for name in ["d", "p", "q", "dp", "dq", "qi"] { entry[name] = nil }
        if entry["kid"] == nil { entry["kid"] = "" }
        if entry["alg"] == nil {
            entry["alg"] =
                switch (entry["kty"] as? String, entry["crv"] as? String) {
                case ("RSA", _): "RS256"
                case ("EC", "P-256"): "ES256"
                case ("EC", "P-384"): "ES384"
                case ("EC", "P-521"): "ES512"
                default: "EdDSA"
                }
        }
        guard let algorithm = entry["alg"] as? String, isLargeEnough(entry),
            let data = try? JSONSerialization.data(withJSONObject: entry),
            let key = try? JSONDecoder().decode(JWK.self, from: data)
        else { return nil }
        return (key, algorithm)
    }

    /// Whether a key has at least 2048 bits, if it is one of RSA (RFC 7518, section 3.3). The library accepts smaller ones.
    private static func isLargeEnough(_ entry: [String: Any]) -> Bool {
        guard entry["kty"] as? String == "RSA" else { return true }
        return (entry["n"] as? String).flatMap { decode($0[...]) }.map { $0.drop { $0 == 0 }.count >= 256 } ?? false
    }

    private static func decode(_ text: Substring) -> Data? {
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        return Data(base64Encoded: base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4))
    }
}
