// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobufPluginLibrary

/// Doc comments for the comments of `.proto` files.
enum DocumentationComment {
    /// The comment of a service or a method, with a note if it is deprecated; nil if there is neither.
    static func text(of declaration: some ProvidesSourceCodeLocation & ProvidesDeprecationComment) -> String? {
        var lines = declaration.protoSourceCommentsWithDeprecation(commentPrefix: "").split(
            separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.allSatisfy(\.isWhitespace) == true { lines.removeLast() }
        guard !lines.isEmpty else { return nil }
        return lines.map { line in
            let text = line.trimmingTrailingWhitespace
            return text.isEmpty ? "///" : text.first == " " ? "///\(text)" : "/// \(text)"
        }.joined(separator: "\n")
    }
}

extension Substring {
    fileprivate var trimmingTrailingWhitespace: Substring {
        var text = self
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
