// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import SwiftProtobuf
import SwiftProtobufPluginLibrary

/// An error of the generator, which `protoc` prints. Each problem is one line.
package struct GeneratorError: Error, CustomStringConvertible {
    package let problems: [String]

    package init(_ problems: String...) { self.problems = problems }

    package init(problems: [String]) { self.problems = problems }

    package var description: String { problems.joined(separator: "\n") }

    /// A problem with its location in the format of compilers: `greeter.proto:7:3: …`.
    static func problem(
        _ text: String, at place: some ProvidesSourceCodeLocation, in file: FileDescriptor
    ) -> String {
        // Positions in a span start at zero: https://protobuf.dev/reference/protobuf/google.protobuf/#source-code-info
        guard let span = place.sourceCodeInfoLocation?.span, span.count >= 3 else { return "\(file.name): \(text)" }
        return "\(file.name):\(Int(span[0]) + 1):\(Int(span[1]) + 1): \(text)"
    }
}
