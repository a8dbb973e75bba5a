// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A regular expression for whole paths.
struct PathExpression: Sendable {
    /// The maximum length of a path that is compared with expressions, in bytes: a comparison can take a time that grows faster
    /// than the length.
    static let maxPathLength = 1024

    private let regex: NSRegularExpression

    /// - Returns: Nil if the text is not a regular expression.
    init?(_ text: String) {
        do {
            // Checked alone: the group around it could complete an incomplete one.
            _ = try NSRegularExpression(pattern: text)
            regex = try NSRegularExpression(pattern: "\\A(?:\(text))\\z")
        } catch {
            return nil
        }
    }

    /// Whether the whole path matches. A path that is too long does not.
    func matches(_ path: String) -> Bool {
        path.utf8.count <= Self.maxPathLength
            && regex.firstMatch(in: path, range: NSRange(path.startIndex..., in: path)) != nil
    }
}
