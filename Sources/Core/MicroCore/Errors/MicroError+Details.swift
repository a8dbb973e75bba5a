// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

extension MicroError {
    /// The maximum number of entries of ``details`` that are sent with an error.
    public static let maxDetailCount = 16
    /// The maximum length of a key of ``details``, in bytes of UTF-8. An entry with a longer key is not sent.
    public static let maxDetailKeyLength = 256
    /// The maximum length of a value of ``details``, in bytes of UTF-8. A longer value is truncated.
    public static let maxDetailValueLength = 1024

    /// The part of ``details`` that is sent with the error: if there are too many entries, the first ones in the order
    /// of their keys.
    package var boundedDetails: [String: String] {
        guard !details.isEmpty else { return details }
        let entries = details.lazy.filter { $0.key.utf8.count <= Self.maxDetailKeyLength }.sorted { $0.key < $1.key }
        var bounded: [String: String] = [:]
        for (key, value) in entries.prefix(Self.maxDetailCount) {
            bounded[key] = Self.prefix(of: value, maxLength: Self.maxDetailValueLength)
        }
        return bounded
    }

    /// The longest prefix of whole characters (Unicode scalars) within a number of bytes of UTF-8.
    package static func prefix(of text: String, maxLength: Int) -> String {
        guard text.utf8.count > maxLength else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: maxLength)
        while String.Index(end, within: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
        return String(text.unicodeScalars[..<end])
    }
}
