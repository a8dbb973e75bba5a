// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CCurl

extension CurlRequest {
    /// Creates libcurl's list of header lines, which the caller frees; nil if memory is exhausted.
    func makeHeaderLines() -> UnsafeMutablePointer<curl_slist>? {
        // A name without a value removes a header that libcurl adds. `Expect` would cost a round trip, or a delay of a
        // second.
        var lines = ["Expect:"]
        if !headers.contains(where: { $0.0.lowercased() == "content-type" }) { lines.append("Content-Type:") }
        // libcurl's syntax for an empty value is a semicolon.
        lines += headers.map { name, value in value.allSatisfy(\.isWhitespace) ? "\(name);" : "\(name): \(value)" }

        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                curl_slist_free_all(list)
                return nil
            }
            list = longer
        }
        return list
    }
}
