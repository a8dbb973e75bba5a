// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// Splits a list of addresses at its commas, and removes the spaces around each.
package func splitAddresses(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        var part = part.drop { $0 == " " }
        while part.last == " " { part.removeLast() }
        return String(part)
    }
}

extension BackendKind {
    /// Converts addresses (`host:port`, or a URL of `http` or `https`) to URLs without a path, without duplicates. A host
    /// without a port and without a scheme gets the default port.
    ///
    /// - Parameter usesTLS: Whether an address without a scheme becomes an `https` URL.
    /// - Returns: At least one URL.
    /// - Throws: `MicroError` with `invalidArgument`.
    package func urls(of addresses: [String], usingTLS usesTLS: Bool) throws -> [String] {
        var urls: [String] = []
        for address in addresses {
            let url = try url(of: address, usesTLS)
            if !urls.contains(url) { urls.append(url) }
        }
        guard !urls.isEmpty else { throw invalid("no address of \(nameWithArticle) is set (\(role.addressSetting))") }
        return urls
    }

    private func url(of address: String, _ usesTLS: Bool) throws -> String {
        let isComplete = address.hasPrefix("http://") || address.hasPrefix("https://")
        let url = isComplete ? address : (usesTLS ? "https://" : "http://") + address
        let authority = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        // Addresses appear in messages, so they must not contain credentials.
        guard !address.contains("@") else {
            let setting = credentialsSetting.isEmpty ? "" : ": set \(credentialsSetting)"
            throw invalid(
                "an address of \(nameWithArticle) must not contain credentials (\(role.addressSetting))\(setting)")
        }
        guard authority.count == 1 || authority.dropFirst() == [""], let host = authority.first,
            !host.contains(where: { "?#, ".contains($0) }), let parsed = try? Address(parsing: String(host)),
            // A URL needs a host, and brackets around an IPv6 address.
            !host.hasPrefix(":"), host.hasPrefix("[") || !parsed.host.contains(":")
        else {
            throw invalid(
                "\"\(address)\" is not the address of \(nameWithArticle): expected HOST:PORT or http(s)://HOST:PORT, "
                    + "several separated by commas (\(role.addressSetting))")
        }
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard !isComplete, parsed.port == nil, let defaultPort else { return base }
        return "\(base):\(defaultPort)"
    }
}
