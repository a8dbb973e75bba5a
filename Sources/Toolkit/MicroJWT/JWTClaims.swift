// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import JWTKit
import MicroCore

/// The claims of a token (RFC 7519, section 4.1). What has an unexpected type counts as missing.
struct JWTClaims: JWTPayload {
    private enum Value: Decodable {
        case text(String)
        case number(Double)
        case flag(Bool)
        case list([String])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else if let list = try? container.decode([String].self) {
                self = .list(list)
            } else {
                self = .other
            }
        }
    }

    private let values: [String: Value]

    init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: Value].self)
    }

    /// Tokens are only read.
    func encode(to encoder: any Encoder) throws {}

    /// The signature was verified before; the claims are checked by ``problem(_:at:)``.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// The claim as text: the elements of a list are separated by blanks; nil if it is missing.
    func text(_ name: String) -> String? {
        switch values[name] {
        case .text(let text): text
        case .list(let list): list.joined(separator: " ")
        case .number(let number): number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : "\(number)"
        case .flag(let flag): String(flag)
        case .other, nil: nil
        }
    }

    /// Checks issuer, audience and times.
    ///
    /// - Parameter now: Seconds since 1970.
    /// - Returns: Why the token is not accepted; nil if it is.
    func problem(_ configuration: JWTConfiguration, at now: Double) -> String? {
        let skew = configuration.clockSkew / .seconds(1)
        guard let expiration = number("exp") else { return "it has no expiration" }
        if now - skew >= expiration { return "it has expired" }
        for name in ["nbf", "iat"] {
            guard values[name] != nil else { continue }
            guard let time = number(name), time <= now + skew else { return "it is not valid yet" }
        }
        guard case .text(configuration.issuer) = values["iss"] else { return "it is from another issuer" }
        switch values["aud"] {
        case .text(configuration.audience): break
        case .list(let list) where list.contains(configuration.audience): break
        default: return "it is for another audience"
        }
        return nil
    }

    private func number(_ name: String) -> Double? {
        if case .number(let number) = values[name], number.isFinite { number } else { nil }
    }
}
