// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

/// The addresses of a setting, which are separated by commas, without the spaces around them.
package func splitAddresses(_ text: String) -> [String] {
    text.split(separator: ",", omittingEmptySubsequences: false).map { part in
        var part = part.drop { $0 == " " }
        while part.last == " " { part.removeLast() }
        return String(part)
    }
}

extension BackendKind {
    /// Addresses (`host:port`, or a URL of `http` or `https`) as URLs without a path, at least one, each once.
    ///
    /// - Parameter usesTLS: Whether an address without a scheme is one of `https`.
    /// - Throws: `MicroError` with `invalidArgument`.
    package func urls(of addresses: [String], usingTLS usesTLS: Bool) throws -> [String] {
        var urls: [String] = []
        for address in addresses {
            let url = try url(of: address, usesTLS)
            if !urls.contains(url) { urls.append(url) }
        }
        guard !urls.isEmpty else { throw invalid("there is no address of \(nameWithArticle) (\(role.addressSetting))") }
        return urls
    }

    private func url(of address: String, _ usesTLS: Bool) throws -> String {
        let isComplete = address.hasPrefix("http://") || address.hasPrefix("https://")
        let url = isComplete ? address : (usesTLS ? "https://" : "http://") + address
        let authority = url.split(separator: "/", omittingEmptySubsequences: false).dropFirst(2)
        // Credentials in an address would be shown in messages: they have settings of their own.
        guard authority.count == 1 || authority.dropFirst() == [""], let host = authority.first,
            !host.contains(where: { "@?#, ".contains($0) }), (try? Address(parsing: String(host))) != nil
        else {
            throw invalid(
                "\"\(address.contains("@") ? "***" : address)\" is not the address of \(nameWithArticle): expected HOST:PORT "
                    + "or http(s)://HOST:PORT, several with commas between (\(role.addressSetting))")
        }
        return url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    private func invalid(_ problem: String) -> MicroError {
        MicroError(.invalidArgument, problem, origin: role.origin)
    }
}
