// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Hides credentials in the values of settings.
enum SecretSetting {
    /// The last words of variables whose values are no credentials. All other values are hidden.
    private static let harmlessWords: Set = [
        "ADDR", "ADDRESS", "ADDRESSES", "BROKER", "CA", "CACERT", "CAPATH", "CONTEXT", "DATACENTER", "ENDPOINTS",
        "FORMAT", "HOST",
        "INTERVAL", "LEVEL", "LIMIT", "NAME", "NAMESPACE", "OUTPUT", "PORT", "PREFIX", "REGISTRY", "RETRIES",
        "SELECTOR", "SSL",
        "TIMEOUT", "TLS", "TRANSPORT", "TTL", "URL", "VERIFY", "VERSION",
    ]
    /// Words that mark a credential wherever they are in the name of a variable.
    private static let secretWords: Set = [
        "APIKEY", "AUTH", "CREDENTIAL", "CREDENTIALS", "CREDS", "JWT", "KEY", "KEYS", "NKEY", "PASS", "PASSPHRASE",
        "PASSWORD",
        "PASSWD", "PRIVATE", "SECRET", "SECRETS", "SEED", "TOKEN", "TOKENS", "USER", "USERNAME",
    ]

    /// The value as it may be shown: `***` unless the name of the variable is known to be harmless, and in place of the user and
    /// password in a URL.
    static func redacted(_ value: String, of variable: String) -> String {
        isHarmless(variable) ? withoutUserInfo(value) : "***"
    }

    private static func isHarmless(_ variable: String) -> Bool {
        let words = variable.uppercased().split(separator: "_").map(String.init)
        return words.last.map(harmlessWords.contains) ?? false && secretWords.isDisjoint(with: words)
    }

    /// The addresses of a list, each without the part before `@`.
    private static func withoutUserInfo(_ value: String) -> String {
        var addresses: [String] = []
        for part in value.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            addresses.append(part)
            // A comma can be inside a password: everything before the last @ of an address is hidden.
            if part.contains("@"), !part.contains("://") {
                let start = addresses.lastIndex { $0.contains("://") } ?? 0
                let address = addresses[start...].joined(separator: ",")
                addresses.replaceSubrange(start..., with: [address])
            }
        }
        return addresses.map { address in
            guard let at = address.lastIndex(of: "@") else { return address }
            let scheme = address.range(of: "://").map { address[..<$0.upperBound] } ?? ""
            return "\(scheme)***\(address[at...])"
        }.joined(separator: ",")
    }
}
